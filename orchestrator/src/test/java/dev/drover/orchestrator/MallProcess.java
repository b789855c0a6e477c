package dev.drover.orchestrator;

import static org.awaitility.Awaitility.await;

import dev.drover.engine.backbone.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A mall in a process of its own with the Java options that are shipped; it can be killed. */
final class MallProcess implements MallDoor, AutoCloseable {
  private static final String HOME = System.getProperty("drover.home");

  final int port = FreePort.pick();
  private final Path output;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private Process process;

  MallProcess(Path data, String central, Map<String, String> more) {
    output = data.resolve("output.log");
    settings.put("drover.home", HOME);
    settings.put("drover.data", data.toString());
    settings.put("drover.port", String.valueOf(port));
    for (String one : List.of("grpc-port", "mqtt.port", "kafka.port")) {
      settings.put("drover." + one, String.valueOf(FreePort.pick()));
    }
    settings.put("server.port", String.valueOf(FreePort.pick()));
    settings.put("drover.central.url", central);
    settings.put("drover.entity-id", FakeCentral.ENTITY);
    settings.put("drover.orchestrator-id", FakeCentral.ORCHESTRATOR);
    settings.put("drover.firmware.directory", data.resolve("firmware").toString());
    settings.put("drover.registration.check-interval", "100");
    settings.put("drover.uplink.retry-delay", "100");
    settings.putAll(more);
  }

  void start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of(HOME, "config/jvm/orchestrator.options"));
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(OrchestratorApplication.class.getName());
    settings.forEach((name, value) -> command.add("--" + name + "=" + value));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
  }

  /**
   * That it has not ended by itself.
   *
   * @throws AssertionError with what it said at last
   */
  void check() throws IOException {
    if (!process.isAlive()) {
      List<String> said = Files.readAllLines(output);
      throw new AssertionError(
          "ended with "
              + process.exitValue()
              + ": "
              + String.join("\n", said.subList(Math.max(0, said.size() - 20), said.size())));
    }
  }

  /** Its resident memory in MB, where the system says it. */
  long resident() throws IOException {
    Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(-1);
  }

  /** Waits until it answers that it is healthy. */
  void awaitHealth() {
    await()
        .atMost(Duration.ofSeconds(90))
        .until(
            () -> {
              check();
              return send("GET", "/health", null, null).status() == 200;
            });
  }

  @Override
  public TestMall.Answer send(String method, String path, String token, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return send(request);
  }

  @Override
  public TestMall.Answer post(String path, String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return send(request);
  }

  private TestMall.Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer =
          http.send(
              request.timeout(Duration.ofSeconds(30)).build(),
              HttpResponse.BodyHandlers.ofString());
      return new TestMall.Answer(answer.statusCode(), answer.body(), answer.headers());
    } catch (IOException e) {
      return new TestMall.Answer(-1, "{}", HttpHeaders.of(Map.of(), (name, value) -> true));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** kill -9, its broker included. */
  void kill() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly().onExit().join();
    children.forEach(ProcessHandle::destroyForcibly);
    children.forEach(child -> child.onExit().join());
  }

  @Override
  public void close() {
    if (process != null) {
      kill();
    }
  }
}
