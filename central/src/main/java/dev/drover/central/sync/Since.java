package dev.drover.central.sync;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;

/** The time from which a client without a cursor asks for changes, in every spelling of it. */
final class Since {
  private Since() {}

  /**
   * Reads an RFC 3339 time. A plus that a client did not percent-encode has become a space.
   *
   * @throws ProtocolException VALIDATION_FAILED
   */
  static Instant parse(String text) {
    String time = text.trim().toUpperCase(Locale.ROOT);
    int space = time.lastIndexOf(' ');
    if (space > time.indexOf('T') && time.indexOf('T') > 0) {
      time = time.substring(0, space) + "+" + time.substring(space + 1);
    }
    try {
      return OffsetDateTime.parse(time).toInstant();
    } catch (DateTimeParseException e) {
      throw new ProtocolException(
          ErrorCode.VALIDATION_FAILED,
          "since is an RFC 3339 time such as 2025-01-08T10:00:00Z",
          Map.of("field", "since"));
    }
  }
}
