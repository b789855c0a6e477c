package dev.drover.cli.run;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Stops a process: asks first, then forces. */
public final class Stopper {
  private final Duration patience;

  /** Waits for {@code patience} before it forces a process. */
  public Stopper(Duration patience) {
    this.patience = patience;
  }

  /**
   * Asks a process to end and waits; after the patience it is killed with its children.
   *
   * @return whether it ended by itself
   */
  public boolean stop(ProcessHandle process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    boolean ended = awaitEnd(process, patience);
    if (!ended) {
      process.destroyForcibly();
      awaitEnd(process, Duration.ofSeconds(2));
    }
    // a child such as the event log outlives a parent that was killed
    children.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
    return ended;
  }

  private static boolean awaitEnd(ProcessHandle process, Duration time) {
    try {
      process.onExit().get(time.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return !process.isAlive();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return !process.isAlive();
    }
  }
}
