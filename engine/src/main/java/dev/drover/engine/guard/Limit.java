package dev.drover.engine.guard;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * So many requests in a sliding window (document 1, section 8.4), written {@code 10/1m} or {@code
 * 1/24h}.
 *
 * @param count how many requests the window takes
 * @param window the length of the window
 */
public record Limit(int count, Duration window) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,6})/(\\d{1,6})(ms|s|m|h|d)");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));

  /** Reads the written form. */
  public static Limit parse(String text) {
    Matcher matcher = TEXT.matcher(text.trim());
    if (!matcher.matches() || Integer.parseInt(matcher.group(1)) == 0) {
      throw new IllegalArgumentException("not a limit such as 10/1m: " + text);
    }
    Duration window = UNITS.get(matcher.group(3)).multipliedBy(Long.parseLong(matcher.group(2)));
    return new Limit(Integer.parseInt(matcher.group(1)), window);
  }
}
