package dev.drover.engine.stream;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.camel.util.TimeUtils;

/** Reads durations as Camel writes them: {@code 5s}, {@code 1m30s}, or milliseconds. */
public final class Durations {
  private Durations() {}

  /** One duration. */
  public static Duration parse(String text) {
    return Duration.ofMillis(TimeUtils.toMilliSeconds(text.trim()));
  }

  /** A comma separated list of them. */
  public static List<Duration> parseList(String text) {
    return Arrays.stream(text.split(",")).map(Durations::parse).toList();
  }
}
