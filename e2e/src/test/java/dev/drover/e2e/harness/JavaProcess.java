package dev.drover.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One of our runnable jars as a real process with a data directory that outlives it: it can be
 * stopped, killed with kill -9 and started again on the same data and ports.
 */
public class JavaProcess implements AutoCloseable {
  /** The repository. */
  public static final Path HOME =
      Path.of(System.getProperty("drover.home", "..")).toAbsolutePath().normalize();

  /** Which of the JVMs is this that run tests side by side; from 1. */
  static final int FORK = Integer.getInteger("drover.ports.share", 1);

  static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private static final HttpClient HEALTH =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final String module;
  private final Path data;
  private final int port;
  private final Map<String, String> environment = new TreeMap<>();
  private List<String> surroundings = List.of();
  private Process process;
  private List<ProcessHandle> children = List.of();
  private int starts;

  /**
   * A process that is not started yet.
   *
   * @param module {@code central}, {@code orchestrator} or {@code simulator}
   * @param name the name of its directory below {@code e2e/target}
   */
  protected JavaProcess(String module, String name, Map<String, String> settings) {
    this.module = module;
    this.data = HOME.resolve("e2e/target/processes").resolve(name);
    this.port = Ports.free();
    deleteTree(data);
    environment.put("DROVER_HOME", HOME.toString());
    environment.put("DROVER_DATA", data.toString());
    environment.put("DROVER_PORT", String.valueOf(port));
    environment.put("DROVER_MANAGEMENT_PORT", String.valueOf(Ports.free()));
    environment.put("DROVER_STEP_LOG", HOME.resolve("e2e/target/executed-steps.txt").toString());
    environment.putAll(settings);
  }

  /** The command that runs it, for example in a network namespace; by default none. */
  public void within(List<String> command) {
    surroundings = command;
  }

  /** Starts it and waits until it is healthy. */
  public void start() {
    launch();
    awaitHealth(Duration.ofSeconds(60));
  }

  /** Starts it without waiting. */
  public void launch() {
    List<String> command = new ArrayList<>(surroundings);
    command.add(JAVA);
    command.add("@" + HOME.resolve("config/jvm/" + module + ".options"));
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(ClassArchives.arguments(module));
    try {
      Files.createDirectories(data);
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()));
      process = builder.start();
      starts++;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until {@code GET /health} answers 200; says what is known when it does not. */
  public void awaitHealth(Duration patience) {
    AtomicReference<String> last = new AtomicReference<>();
    try {
      Awaitility.await()
          .atMost(patience)
          .pollInterval(Duration.ofMillis(50))
          .until(
              () -> {
                if (!process.isAlive()) {
                  throw new IllegalStateException(
                      module + " ended with " + process.exitValue() + "; see " + output());
                }
                last.set(health());
                return last.get().startsWith("200 ");
              });
    } catch (ConditionTimeoutException e) {
      throw new IllegalStateException(
          module + " on port " + port + " does not become healthy: " + last + "\n" + dump(), e);
    }
  }

  private String health() {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url() + "/health"))
              .timeout(Duration.ofSeconds(5))
              .build();
      HttpResponse<String> answer = HEALTH.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e.toString();
    }
  }

  private String dump() {
    try {
      return threads();
    } catch (IOException | ConditionTimeoutException e) {
      return "no thread dump: " + e;
    }
  }

  /** What its threads do, and the end of what it said before. */
  private String threads() throws IOException {
    signal("-QUIT");
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollDelay(Duration.ofSeconds(1))
        .until(() -> said().contains("Full thread dump"));
    String said = said();
    return said.substring(Math.max(0, said.indexOf("Full thread dump") - 4_000));
  }

  private String said() throws IOException {
    return Files.readString(output(), StandardCharsets.ISO_8859_1);
  }

  /** kill -9 of this process; its children notice by themselves. */
  public void kill() {
    children = process.descendants().toList();
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Waits until the children of a process that was killed have ended. */
  public void awaitChildren(Duration patience) {
    Awaitility.await("the children of " + module + " end")
        .atMost(patience)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
  }

  /** SIGSTOP: it stands still, as on a virtual machine that is moved. */
  public void pause() {
    signal("-STOP");
  }

  /** SIGCONT: it goes on where it stood. */
  public void goOn() {
    signal("-CONT");
  }

  private void signal(String signal) {
    Root.output(List.of("kill", signal, String.valueOf(process.pid())));
  }

  /** SIGTERM; returns whether it ended in time. */
  public boolean stop(Duration patience) {
    children = process.descendants().toList();
    process.destroy();
    try {
      return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    if (process != null) {
      if (!stop(Duration.ofSeconds(20))) {
        kill();
      }
      children.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** The running process. */
  public Process process() {
    return process;
  }

  /** How often it was started. */
  public int starts() {
    return starts;
  }

  /** Where it answers. */
  public String url() {
    return "http://" + environment.getOrDefault("DROVER_BIND", "127.0.0.1") + ":" + port;
  }

  /** Its data port. */
  public int port() {
    return port;
  }

  /** Its data directory. */
  public Path data() {
    return data;
  }

  /** An environment variable of the process. */
  public String setting(String name) {
    return environment.get(name);
  }

  /** What it wrote to its standard output and error, over all starts. */
  public Path output() {
    return data.resolve("output.log");
  }

  static void deleteTree(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    try (var paths = Files.walk(root)) {
      for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
