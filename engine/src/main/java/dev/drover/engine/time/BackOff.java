package dev.drover.engine.time;

import java.time.Duration;
import java.util.List;
import java.util.function.DoubleSupplier;

/** The waits between attempts: a list whose last entry repeats, varied at random. */
public final class BackOff {
  private final List<Duration> waits;
  private final double jitter;
  private final DoubleSupplier random;
  private int next;

  /**
   * A back-off at its beginning.
   *
   * @param jitter fraction by which a wait is varied, 0 to 1
   * @param random values from 0 to 1
   */
  public BackOff(List<Duration> waits, double jitter, DoubleSupplier random) {
    this.waits = List.copyOf(waits);
    this.jitter = jitter;
    this.random = random;
  }

  /** The next wait. */
  public Duration next() {
    Duration wait = waits.get(Math.min(next, waits.size() - 1));
    next++;
    double factor = 1 + jitter * (2 * random.getAsDouble() - 1);
    return Duration.ofMillis(Math.round(wait.toMillis() * factor));
  }

  /** Starts from the beginning of the list. */
  public void reset() {
    next = 0;
  }
}
