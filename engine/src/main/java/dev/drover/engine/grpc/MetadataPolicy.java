package dev.drover.engine.grpc;

import io.grpc.Metadata;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Message;

/**
 * Which metadata becomes a header, and which headers become metadata: two lists of names. A Camel
 * producer obeys headers of the exchange, so a name that is not on the list never becomes one.
 */
final class MetadataPolicy {
  private static final List<String> IN =
      List.of(
          "Authorization",
          "X-Signature",
          "X-Entity-ID",
          "X-Orchestrator-ID",
          "X-Idempotency-Key",
          "X-Request-ID",
          "traceparent");

  private static final List<String> OUT =
      List.of(
          "x-request-id",
          "retry-after",
          "idempotency-replayed",
          "x-ratelimit-limit",
          "x-ratelimit-remaining",
          "x-ratelimit-reset");

  private MetadataPolicy() {}

  /** The headers that a caller may set; of a repeated name, the last value. */
  static Map<String, String> inbound(Metadata metadata) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : IN) {
      String value = metadata.get(key(name));
      if (value != null) {
        headers.put(name, value);
      }
    }
    return headers;
  }

  /** What a caller is told beside the answer. */
  static Metadata outbound(Message answer) {
    Metadata metadata = new Metadata();
    for (String name : OUT) {
      Object value = answer.getHeader(name);
      if (value != null) {
        metadata.put(key(name), value.toString());
      }
    }
    return metadata;
  }

  static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
