package dev.drover.orchestrator.uplink;

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
final class UplinkPulse {
  /** A queue that has something brings it sooner. */
  private static final Duration QUIET = Duration.ofSeconds(5);

  /** A batch that is tried again and again is heard of more often. */
  private static final Duration BUSY = Duration.ofMinutes(2);

  private static final Duration MOST = Duration.ofMinutes(5);

  private static final class Beat {
    private long last;
    private long wait = QUIET.toNanos();
  }

  private final LongSupplier nanos;
  private final Map<UplinkClass, Beat> beats = new EnumMap<>(UplinkClass.class);

  /** With a source of nanoseconds that never goes back. */
  UplinkPulse(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** A batch with items of this class is at work. */
  synchronized void works(UplinkClass queue) {
    Beat beat = beat(queue);
    beat.last = nanos.getAsLong();
    beat.wait = BUSY.toNanos();
  }

  /** A batch with items of this class has ended. */
  synchronized void rests(UplinkClass queue) {
    Beat beat = beat(queue);
    beat.last = nanos.getAsLong();
    beat.wait = QUIET.toNanos();
  }

  /** Whether nothing came for too long; the next time it takes longer to be so. */
  synchronized boolean silent(UplinkClass queue) {
    Beat beat = beat(queue);
    if (nanos.getAsLong() - beat.last < beat.wait) {
      return false;
    }
    beat.last = nanos.getAsLong();
    beat.wait = Math.min(2 * beat.wait, MOST.toNanos());
    return true;
  }

  private Beat beat(UplinkClass queue) {
    return beats.computeIfAbsent(
        queue,
        one -> {
          Beat first = new Beat();
          first.last = nanos.getAsLong();
          return first;
        });
  }
}
