package dev.drover.cli.run;

import dev.drover.engine.start.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Stops a process: asks first, waits while it gets on with its end, and forces it when it does not.
 */
public final class Stopper {
  private static final long LOOK_MS = 500;
  private static final long TELL_EVERY_NANOS = 10_000_000_000L;

  private final Duration patience;

  /** Forces a process that makes no progress for {@code patience}. */
  public Stopper(Duration patience) {
    this.patience = patience;
  }

  /**
   * Asks a process to end and waits; one that hangs is killed with its children.
   *
   * @param writes files that it writes to while it ends, such as its log
   * @param tell told every ten seconds that it still ends
   * @return whether it ended by itself
   */
  public boolean stop(ProcessHandle process, List<Path> writes, Consumer<String> tell) {
    List<ProcessHandle> children = process.descendants().toList();
    Progress progress = new Progress(process, writes);
    process.destroy();
    long begin = System.nanoTime();
    long told = begin;
    boolean ended = awaitEnd(process, LOOK_MS);
    while (!ended && progress.still().compareTo(patience) < 0) {
      ended = awaitEnd(process, LOOK_MS);
      if (!ended && System.nanoTime() - told > TELL_EVERY_NANOS) {
        told = System.nanoTime();
        tell.accept(String.format("stopping … %.0f s", (told - begin) / 1e9));
      }
      if (Thread.currentThread().isInterrupted()) {
        break;
      }
    }
    if (!ended) {
      process.destroyForcibly();
      awaitEnd(process, 2_000);
    }
    // a child such as the event log outlives a parent that was killed
    children.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
    return ended;
  }

  private static boolean awaitEnd(ProcessHandle process, long millis) {
    try {
      process.onExit().get(millis, TimeUnit.MILLISECONDS);
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
