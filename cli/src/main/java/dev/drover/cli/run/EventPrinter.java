package dev.drover.cli.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Prints the protocol events from the logs of all processes as they happen. */
public final class EventPrinter implements AutoCloseable {
  private static final long INTERVAL_MS = 150;

  private final State state;
  private final EventLine format;
  private final PrintWriter out;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "events");
            thread.setDaemon(true);
            return thread;
          });

  /** Prints to {@code out} in the given format. */
  public EventPrinter(State state, EventLine format, PrintWriter out) {
    this.state = state;
    this.format = format;
    this.out = out;
  }

  /** Begins with what is logged from now on. */
  public void start() throws IOException {
    List<LogFollower> followers = new ArrayList<>();
    for (String name : Services.NAMES) {
      long end = Files.exists(state.log(name)) ? Files.size(state.log(name)) : 0;
      followers.add(new LogFollower(state.log(name), end, line -> print(name, line)));
    }
    timer.scheduleWithFixedDelay(
        () -> followers.forEach(EventPrinter::poll), 0, INTERVAL_MS, TimeUnit.MILLISECONDS);
  }

  private void print(String name, String line) {
    format.event(name, line).ifPresent(out::println);
    out.flush();
  }

  private static void poll(LogFollower follower) {
    try {
      follower.poll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
