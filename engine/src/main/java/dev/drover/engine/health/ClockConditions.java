package dev.drover.engine.health;

import dev.drover.engine.time.ClockWatch;
import dev.drover.engine.time.Ticker;
import java.time.Clock;
import java.time.Duration;

/** Says where people look that the clock was set. */
public final class ClockConditions {
  /** The check of {@code /health}. */
  public static final String CHECK = "clock";

  /** A smaller error of a clock is not worth a word. */
  public static final Duration TOLERANCE = Duration.ofMinutes(1);

  private static final String PART = "clock-step";

  private ClockConditions() {}

  /** A watch that looks once a second and tells its findings here. */
  public static ClockWatch watch(Clock clock, Ticker ticker, Conditions conditions) {
    ClockWatch watch = new ClockWatch(clock, ticker);
    watch.onLook(ahead -> tell(conditions, ahead));
    return watch.start();
  }

  private static void tell(Conditions conditions, Duration ahead) {
    if (ahead.compareTo(TOLERANCE) < 0) {
      conditions.well(PART);
      return;
    }
    conditions.fails(
        PART,
        CHECK,
        Severity.DEGRADED,
        "the clock was set ahead by " + words(ahead),
        "nothing is deleted by it until it has gone steadily for "
            + words(ClockWatch.STEADY)
            + "; set it back if it is wrong");
  }

  /** A duration for people, such as {@code 8 d 2 h}, {@code 5 min} or {@code 12 s}. */
  public static String words(Duration duration) {
    Duration exact = duration.abs();
    // Nobody wants to read 7 d 23 h for 8 d less a second.
    Duration time =
        exact.toHours() > 0 || exact.toMinutes() == 59
            ? exact.plusSeconds(30)
            : exact.plusMillis(500);
    if (time.toDays() > 0) {
      return time.toDays() + " d" + (time.toHoursPart() > 0 ? " " + time.toHoursPart() + " h" : "");
    }
    if (time.toHours() > 0) {
      return time.toHours()
          + " h"
          + (time.toMinutesPart() > 0 ? " " + time.toMinutesPart() + " min" : "");
    }
    return time.toMinutes() > 0 ? time.toMinutes() + " min" : time.toSeconds() + " s";
  }
}
