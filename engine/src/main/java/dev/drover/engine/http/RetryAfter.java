package dev.drover.engine.http;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** The pause that an answer asks for (RFC 9110, section 10.2.3). */
public final class RetryAfter {
  private RetryAfter() {}

  /**
   * Reads the value of {@code Retry-After}: seconds, or an HTTP date.
   *
   * @param value null when there is no such header
   * @param longest no pause is longer than this
   * @return empty when there is none, or it says nothing that can be read
   */
  public static Optional<Duration> read(String value, Duration longest, Clock clock) {
    if (value == null) {
      return Optional.empty();
    }
    String text = value.strip();
    if (text.matches("[0-9]+")) {
      // More digits than any bound has seconds.
      boolean tooLong = text.replaceFirst("^0+", "").length() > 9;
      return Optional.of(
          tooLong ? longest : shorter(Duration.ofSeconds(Long.parseLong(text)), longest));
    }
    try {
      Instant end = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
      Duration pause = Duration.between(clock.instant(), end);
      return Optional.of(pause.isNegative() ? Duration.ZERO : shorter(pause, longest));
    } catch (DateTimeException | ArithmeticException e) {
      return Optional.empty();
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
