package dev.drover.engine.limit;

import dev.drover.engine.log.ProtocolLog;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a process whose heap stays full: Java throws OutOfMemoryError only when nothing more is
 * freed, and until then a process can stand still for good, with its ports open. One that has ended
 * is started again and goes on from its disk.
 */
public final class HeapWatchdog implements AutoCloseable {
  /** The exit code of a process without memory; the one of {@code -XX:+ExitOnOutOfMemoryError}. */
  public static final int EXIT_CODE = 3;

  /** From this part of the time on, collecting is all that it does, however full the heap is. */
  private static final double ALL_OF_THE_TIME = 0.9;

  /** Less of the time, and it works beside a heap that happens to be full. */
  private static final double HALF_OF_THE_TIME = 0.5;

  private static final long NEVER = -1;

  private static final Logger LOG = LoggerFactory.getLogger("protocol");

  /** So that there is room to say why it ends. */
  private static byte[] reserve;

  private static final Duration PERIOD = Duration.ofSeconds(1);

  /**
   * When a heap counts as full.
   *
   * @param fullAfter how long it must have been so; zero for never
   * @param percent what a collection leaves at least in the old generation
   */
  public record Settings(Duration fullAfter, int percent) {
    /** Checks the range. */
    public Settings {
      if (percent < 1 || percent > 100) {
        throw new IllegalArgumentException(
            "drover.memory.full-percent is from 1 to 100, not " + percent);
      }
    }
  }

  private final Settings settings;
  private final Consumer<String> end;
  private HeapUse.Reading last;
  private long lastAt;
  private long since = NEVER;
  private ScheduledExecutorService timer;

  HeapWatchdog(Settings settings, Consumer<String> end) {
    this.settings = settings;
    this.end = end;
  }

  /** Watches this process until it is closed. */
  public static HeapWatchdog start(Settings settings) {
    return start(settings, PERIOD);
  }

  static HeapWatchdog start(Settings settings, Duration period) {
    HeapWatchdog watchdog = new HeapWatchdog(settings, HeapWatchdog::halt);
    if (settings.fullAfter().compareTo(Duration.ZERO) > 0) {
      watchdog.watch(period);
    }
    return watchdog;
  }

  private void watch(Duration period) {
    HeapUse heap = new HeapUse();
    reserve = new byte[1 << 20];
    timer =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "heap-watchdog");
              thread.setDaemon(true);
              thread.setPriority(Thread.MAX_PRIORITY);
              return thread;
            });
    timer.scheduleWithFixedDelay(
        () -> {
          try {
            check(heap.read(), System.nanoTime());
          } catch (OutOfMemoryError e) {
            halt("there is no memory to look at the heap (drover.memory.full-after)");
          }
        },
        period.toNanos(),
        period.toNanos(),
        TimeUnit.NANOSECONDS);
  }

  /**
   * Takes a look into account.
   *
   * @param now in nanoseconds of a clock that never goes back
   */
  void check(HeapUse.Reading reading, long now) {
    if (last != null) {
      double collecting = 1e6 * (reading.collecting() - last.collecting()) / (now - lastAt);
      boolean full = reading.share() * 100 >= settings.percent();
      boolean still = collecting >= ALL_OF_THE_TIME || full && collecting >= HALF_OF_THE_TIME;
      if (!still) {
        since = NEVER;
      } else if (since < 0) {
        since = lastAt;
      }
      if (since >= 0 && now - since >= settings.fullAfter().toNanos()) {
        end.accept(
            "the heap is full for "
                + TimeUnit.NANOSECONDS.toSeconds(now - since)
                + " s: collecting took "
                + Math.round(100 * collecting)
                + " % of the time and left "
                + (reading.used() >> 20)
                + " of "
                + (reading.most() >> 20)
                + " MB in use; the process ends (drover.memory.full-after)");
      }
    }
    last = reading;
    lastAt = now;
  }

  private static void halt(String why) {
    reserve = null;
    try {
      LOG.atError().addMarker(ProtocolLog.FATAL).addKeyValue("event", "heap_full").log(why);
    } catch (OutOfMemoryError e) {
      System.err.println(why);
    } finally {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }

  @Override
  public void close() {
    if (timer != null) {
      timer.shutdownNow();
    }
  }
}
