package dev.drover.cli.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Starts services, waits until they work, starts them again when they die, and stops them in
 * reverse order.
 */
public final class Supervisor {
  /** The exit code of a process whose settings are wrong: it would only end again. */
  private static final int WRONG_SETTING = 2;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration STEADY = Duration.ofSeconds(60);
  private static final int LONGEST_WAIT = 60;
  private static final int LOOK_SECONDS = 2;

  private final State state;
  private final Launcher launcher;
  private final Say say;
  private final StartWait wait;
  private final Health health = new Health();
  private final Map<Service, Process> running = Collections.synchronizedMap(new LinkedHashMap<>());
  private final BlockingQueue<Service> ended = new LinkedBlockingQueue<>();
  private final CountDownLatch stopping = new CountDownLatch(1);

  /** Supervises children of this launcher and tells people about them on {@code out}. */
  public Supervisor(State state, Launcher launcher, PrintWriter out) {
    this.state = state;
    this.launcher = launcher;
    this.say = new Say(out);
    this.wait = new StartWait(state, say);
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
      launch(service);
    }
    for (Service service : services) {
      if (!awaitHealth(service, begin)) {
        return false;
      }
    }
    return true;
  }

  /** Under the lock of {@link #stopAll()}, so that nothing is started that nobody stops. */
  private synchronized boolean launch(Service service) throws IOException, InterruptedException {
    if (isStopping()) {
      return false;
    }
    Process process = launcher.start(service);
    running.put(service, process);
    process.onExit().thenAccept(end -> ended.add(service));
    return true;
  }

  private boolean awaitHealth(Service service, long begin)
      throws IOException, InterruptedException {
    switch (wait.await(service, running.get(service), begin, this::isStopping)) {
      case READY:
        return true;
      case ENDED:
        reportEnd(service);
        return false;
      case STALLED:
        lastLines(service);
        return false;
      default:
        return false;
    }
  }

  /**
   * Starts each service that ends again, after 1 s, 2 s, 4 s and so on up to a minute, and says so;
   * one that hangs is ended first. Returns when a service ends because its settings are wrong, or
   * when somebody asked to stop.
   */
  public void keepRunning() throws IOException, InterruptedException {
    Map<Service, Integer> waits = new LinkedHashMap<>();
    Map<Service, Long> begins = new LinkedHashMap<>();
    Map<Service, HangWatch> watches = new HashMap<>();
    while (!isStopping()) {
      Service service = ended.poll(LOOK_SECONDS, TimeUnit.SECONDS);
      if (isStopping()) {
        return;
      }
      if (service == null) {
        endWhatHangs(watches);
        continue;
      }
      reportEnd(service);
      if (running.get(service).exitValue() == WRONG_SETTING) {
        say.line("%s is not started again: its settings are wrong.", service.name());
        return;
      }
      Long begin = begins.get(service);
      boolean steady = begin != null && System.nanoTime() - begin > STEADY.toNanos();
      int seconds = steady || begin == null ? 1 : waits.getOrDefault(service, 1);
      waits.put(service, Math.min(LONGEST_WAIT, 2 * seconds));
      say.line("%-12s starts again in %d s", service.name(), seconds);
      if (stopping.await(seconds, TimeUnit.SECONDS)) {
        return;
      }
      begins.put(service, System.nanoTime());
      if (launch(service)) {
        awaitAgain(service);
      }
    }
  }

  /** A process that hangs is ended, which puts it into the queue of those that start again. */
  private void endWhatHangs(Map<Service, HangWatch> watches) {
    for (Map.Entry<Service, Process> one : Map.copyOf(running).entrySet()) {
      Service service = one.getKey();
      ProcessHandle process = one.getValue().toHandle();
      HangWatch watch =
          watches.compute(
              service,
              (key, known) ->
                  known != null && known.watches(process)
                      ? known
                      : new HangWatch(health, state, service, process));
      watch
          .look()
          .ifPresent(
              how -> {
                say.line("%-12s %s; it is ended", service.name(), how);
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
              });
    }
  }

  /** One that hangs while it starts again is ended, which puts it back into the queue. */
  private void awaitAgain(Service service) throws IOException, InterruptedException {
    Process process = running.get(service);
    StartWait.End end = wait.await(service, process, System.nanoTime(), this::isStopping);
    if (end == StartWait.End.STALLED) {
      lastLines(service);
      process.destroyForcibly();
    }
  }

  /** Returns whether somebody asked to stop. */
  public boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private void reportEnd(Service service) throws IOException {
    say.line("%s ended%s; its last lines:", service.name(), how(running.get(service)));
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
    Path log = state.log(service.name());
    Path console = state.console(service.name());
    List<String> lines = LastLines.of(console, 20);
    if (lines.isEmpty()) {
      lines = LastLines.of(log, 20);
    }
    lines.forEach(line -> say.line("  | %s", line));
    say.line("Log: %s", Files.exists(log) ? log : console);
  }

  /** Stops what was started, last first; a process that hangs for 30 s is killed. */
  public synchronized void stopAll() {
    stopping.countDown();
    List<Service> services = new ArrayList<>(running.keySet());
    Collections.reverse(services);
    Stopper stopper = new Stopper(PATIENCE);
    for (Service service : services) {
      Process process = running.remove(service);
      if (process.isAlive()) {
        String name = service.name();
        boolean alone =
            stopper.stop(
                process.toHandle(),
                List.of(state.log(name), state.console(name), UnpackedJar.archiveOf(service.jar())),
                text -> say.line("%-12s %s", name, text));
        say.line("%-12s %s", name, alone ? "stopped" : "killed: it hung for 30 s");
      }
      deletePidFile(service);
    }
    // whoever waits for an end looks up
    services.stream().findFirst().ifPresent(ended::add);
  }

  private void deletePidFile(Service service) {
    try {
      new PidFile(state.pidFile(service.name())).delete();
    } catch (IOException e) {
      say.line("cannot delete %s: %s", state.pidFile(service.name()), e.getMessage());
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
}
