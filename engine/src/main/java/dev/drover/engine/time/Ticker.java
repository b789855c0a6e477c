package dev.drover.engine.time;

import java.util.function.LongSupplier;

/** Tells monotonic time: it never goes back and never jumps, whatever is done to the clock. */
@FunctionalInterface
public interface Ticker {
  /** The time of this machine, as {@link System#nanoTime} counts it. */
  Ticker SYSTEM = of(System::nanoTime);

  /** Now. */
  Tick now();

  /** A ticker that counts as the source does, in nanoseconds; tests set theirs forward. */
  static Ticker of(LongSupplier nanos) {
    return () -> new Tick(nanos.getAsLong());
  }
}
