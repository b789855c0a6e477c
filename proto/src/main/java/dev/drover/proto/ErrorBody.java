package dev.drover.proto;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * The error body of document 1, section 9.1.
 *
 * @param message additive: the error's own, for older clients
 */
@WireMessage
public record ErrorBody(Fault error, String message) {
  /** What went wrong. */
  @WireMessage
  public record Fault(
      String code,
      String message,
      Map<String, Object> details,
      String timestamp,
      @JsonInclude String requestId) {}

  /** Renders an error as one line of JSON. */
  public static String render(ProtocolException error, Instant now, String requestId) {
    String at = now.truncatedTo(ChronoUnit.MILLIS).toString();
    Fault fault =
        new Fault(error.code().name(), error.getMessage(), error.details(), at, requestId);
    return Json.text(new ErrorBody(fault, error.getMessage()));
  }
}
