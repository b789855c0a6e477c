package dev.drover.proto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The error body of document 1, section 9.1: {@code {"error":{code, message, details, timestamp,
 * request_id}}}, plus an additive top-level {@code message} that older clients read.
 */
public final class ErrorBody {
  private ErrorBody() {}

  /** Renders an error as one line of JSON. */
  public static String render(ProtocolException error, Instant now, String requestId) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    ObjectNode body = root.putObject("error");
    body.put("code", error.code().name());
    body.put("message", error.getMessage());
    body.set("details", Json.MAPPER.valueToTree(error.details()));
    body.put("timestamp", now.truncatedTo(ChronoUnit.MILLIS).toString());
    body.put("request_id", requestId);
    root.put("message", error.getMessage());
    return root.toString();
  }
}
