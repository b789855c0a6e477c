package dev.drover.engine.time;

import java.time.Duration;

/**
 * A point of one process's own time, as its {@link Ticker} tells it. It means nothing to another
 * process or after a restart, so it is never stored or sent.
 */
public final class Tick {
  private final long nanos;

  Tick(long nanos) {
    this.nanos = nanos;
  }

  /** The point that is this much later; a negative duration is earlier. */
  public Tick plus(Duration duration) {
    return new Tick(nanos + duration.toNanos());
  }

  /** How much time has passed from the earlier point to this one; negative when it is later. */
  public Duration since(Tick earlier) {
    return Duration.ofNanos(nanos - earlier.nanos);
  }

  /** Whether this point comes before the other one. */
  public boolean isBefore(Tick other) {
    // The difference, since the count may overflow.
    return nanos - other.nanos < 0;
  }

  /** The later one of two. */
  public static Tick later(Tick one, Tick other) {
    return one.isBefore(other) ? other : one;
  }

  @Override
  public String toString() {
    return "Tick[" + nanos + "]";
  }
}
