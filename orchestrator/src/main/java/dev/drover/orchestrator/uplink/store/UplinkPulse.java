package dev.drover.orchestrator.uplink.store;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How long ago the queue brought something of a class. A queue that is said to have items, and
 * whose reader has nothing to do, has lost them, or was another one before the last start.
 *
 * <p>Thread-safe. Time is monotonic: a step of the clock changes nothing.
 */
public final class UplinkPulse {
  /** A queue that has something brings it sooner. */
  private static final Duration QUIET = Duration.ofSeconds(5);

  /** A batch that is tried again and again is heard of more often. */
  private static final Duration BUSY = Duration.ofMinutes(2);

  private static final Duration MOST = Duration.ofMinutes(5);

  private static final class Beat {
    private long last;
    private long wait = QUIET.toNanos();
  }

  /** The reader of one queue: urgent and latest writes share theirs, so one holds up the other. */
  private static final class Reader {
    private boolean working;
    private long began;
    private long last;
  }

  private final LongSupplier nanos;
  private final Map<UplinkClass, Beat> beats = new EnumMap<>(UplinkClass.class);
  private final Reader urgent = new Reader();
  private final Reader normal = new Reader();

  /** With a source of nanoseconds that never goes back. */
  UplinkPulse(LongSupplier nanos) {
    this.nanos = nanos;
    long now = nanos.getAsLong();
    for (UplinkClass queue : UplinkClass.values()) {
      Beat first = new Beat();
      first.last = now;
      beats.put(queue, first);
    }
  }

  private Reader reader(UplinkClass queue) {
    return queue == UplinkClass.NORMAL ? normal : urgent;
  }

  /** A batch with items of this class is at work. */
  public synchronized void works(UplinkClass queue) {
    Reader reader = reader(queue);
    long now = nanos.getAsLong();
    if (!reader.working) {
      reader.began = now;
    }
    reader.working = true;
    reader.last = now;
    beat(queue, now);
  }

  /** A batch with items of this class has ended. */
  public synchronized void rests(UplinkClass queue) {
    Reader reader = reader(queue);
    long now = nanos.getAsLong();
    if (reader.working && now - reader.began >= QUIET.toNanos()) {
      // The other class of this reader had no chance to come.
      beats.keySet().stream().filter(other -> reader(other) == reader).forEach(o -> beat(o, now));
    }
    reader.working = false;
    beat(queue, now);
  }

  private void beat(UplinkClass queue, long now) {
    Beat beat = beats.get(queue);
    beat.last = now;
    beat.wait = QUIET.toNanos();
  }

  /** Whether nothing came for too long; the next time it takes longer to be so. */
  public synchronized boolean silent(UplinkClass queue) {
    Reader reader = reader(queue);
    Beat beat = beats.get(queue);
    long now = nanos.getAsLong();
    boolean busy = reader.working && now - reader.last < BUSY.toNanos();
    if (busy || now - beat.last < beat.wait) {
      return false;
    }
    beat.last = now;
    beat.wait = Math.min(2 * beat.wait, MOST.toNanos());
    return true;
  }
}
