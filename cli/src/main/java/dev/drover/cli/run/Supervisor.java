package dev.drover.cli.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Starts services, waits until they work, and stops them in reverse order. */
public final class Supervisor {
  private static final Duration START_LIMIT = Duration.ofSeconds(120);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int PROGRESS_EVERY = 8;

  private final State state;
  private final Launcher launcher;
  private final Health health = new Health();
  private final PrintWriter out;
  private final Map<Service, Process> running = Collections.synchronizedMap(new LinkedHashMap<>());
  private final CompletableFuture<Service> firstEnd = new CompletableFuture<>();
  private volatile boolean stopping;

  /** Supervises children of this launcher and tells people about them on {@code out}. */
  public Supervisor(State state, Launcher launcher, PrintWriter out) {
    this.state = state;
    this.launcher = launcher;
    this.out = out;
  }

  /**
   * Starts services together and waits for the health of each, with a line of progress every two
   * seconds.
   *
   * @return whether all work; when not, the reason was told
   */
  public boolean start(Service... services) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    for (Service service : services) {
      Process process = launcher.start(service);
      running.put(service, process);
      process.onExit().thenAccept(ended -> firstEnd.complete(service));
    }
    for (Service service : services) {
      if (!awaitHealth(service, begin)) {
        return false;
      }
    }
    return true;
  }

  private boolean awaitHealth(Service service, long begin)
      throws IOException, InterruptedException {
    Process process = running.get(service);
    for (int round = 1; !stopping; round++) {
      if (health.isUp(service.health())) {
        say("%-12s ready after %.1f s", service.name(), seconds(begin));
        return true;
      }
      if (process.waitFor(250, TimeUnit.MILLISECONDS)) {
        reportEnd(service);
        return false;
      }
      if (seconds(begin) > START_LIMIT.toSeconds()) {
        say(
            "%-12s does not answer %s within %d s; its last lines:",
            service.name(), service.health(), START_LIMIT.toSeconds());
        lastLines(service);
        return false;
      }
      if (round % PROGRESS_EVERY == 0) {
        say("%-12s starting … %.0f s", service.name(), seconds(begin));
      }
    }
    return false;
  }

  /** Returns when one of the started services has ended, with that service. */
  public CompletableFuture<Service> firstEnd() {
    return firstEnd;
  }

  /** Returns whether somebody asked to stop. */
  public boolean isStopping() {
    return stopping;
  }

  /** Tells that a service ended, with its exit code and the last lines of its output. */
  public void reportEnd(Service service) throws IOException {
    Process process = running.get(service);
    say("%s ended%s; its last lines:", service.name(), how(process));
    lastLines(service);
  }

  private static String how(Process process) {
    if (process.isAlive()) {
      return "";
    }
    int code = process.exitValue();
    // by the custom of shells; nobody here has sent that signal
    String signal = code > 128 ? " (signal " + (code - 128) + " from outside)" : "";
    return " with exit code " + code + signal;
  }

  private void lastLines(Service service) throws IOException {
    List<String> lines = LastLines.of(state.console(service.name()), 20);
    if (lines.isEmpty()) {
      lines = LastLines.of(state.log(service.name()), 20);
    }
    lines.forEach(line -> out.println("  | " + line));
    String log =
        Files.exists(state.log(service.name()))
            ? state.log(service.name()).toString()
            : state.console(service.name()).toString();
    say("Log: %s", log);
  }

  /** Stops what was started, last first; a process that does not end in 30 s is killed. */
  public synchronized void stopAll() {
    stopping = true;
    List<Service> services = new ArrayList<>(running.keySet());
    Collections.reverse(services);
    Stopper stopper = new Stopper(PATIENCE);
    for (Service service : services) {
      Process process = running.remove(service);
      if (process.isAlive()) {
        boolean ended = stopper.stop(process.toHandle());
        say("%-12s %s", service.name(), ended ? "stopped" : "killed: it did not stop in 30 s");
      }
      deletePidFile(service);
    }
  }

  private void deletePidFile(Service service) {
    try {
      new PidFile(state.pidFile(service.name())).delete();
    } catch (IOException e) {
      say("cannot delete %s: %s", state.pidFile(service.name()), e.getMessage());
    }
  }

  /** Returns the name and process of each service that already runs. */
  public static Map<String, ProcessHandle> alreadyRunning(State state) {
    Map<String, ProcessHandle> found = new LinkedHashMap<>();
    for (String name : Services.NAMES) {
      Optional<ProcessHandle> process = new PidFile(state.pidFile(name)).process();
      process.ifPresent(handle -> found.put(name, handle));
    }
    return found;
  }

  private void say(String format, Object... arguments) {
    out.println(String.format(format, arguments));
    out.flush();
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }
}
