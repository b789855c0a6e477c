package dev.drover.engine.limit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Counts what a limit refuses and tells the log of it: the first time, then at most once a minute
 * with the number, so that whoever knocks often does not fill the disk. Thread-safe.
 */
public final class Refusals {
  private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

  private final Logger log;
  private final LongSupplier nanoTime;
  private final AtomicLong count = new AtomicLong();
  private long told;
  private long toldAt;

  /** Refusals that are told to this log. */
  public Refusals(Logger log) {
    this(log, System::nanoTime);
  }

  Refusals(Logger log, LongSupplier nanoTime) {
    this.log = log;
    this.nanoTime = nanoTime;
  }

  /** Counts one more. */
  public void add(String what) {
    long now = count.incrementAndGet();
    long unsaid;
    synchronized (this) {
      long at = nanoTime.getAsLong();
      if (told > 0 && at - toldAt < PAUSE) {
        return;
      }
      unsaid = now - told;
      told = now;
      toldAt = at;
    }
    log.warn("refused: {} ({} since the last such line, {} since the start)", what, unsaid, now);
  }

  /** How many there were. */
  public long count() {
    return count.get();
  }
}
