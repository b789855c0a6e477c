package dev.drover.central.sync;

import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.http.BodyStream;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** What a sync request asks for, checked (document 1, section 3). */
record SyncQuery(Message message, String entityId) {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

  static SyncQuery of(Exchange exchange) {
    String entityId = exchange.getProperty(Authoriser.ENTITY, String.class);
    if (entityId == null || entityId.equals("*")) {
      throw invalid("entity_id", "entity_id says which entity");
    }
    return new SyncQuery(exchange.getMessage(), entityId);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(message.getHeader(name, String.class))
        .filter(value -> !value.isBlank());
  }

  /** The collections of {@code include}, in its order; all when it is left out. */
  List<String> include() {
    Optional<String> asked = text("include");
    if (asked.isEmpty()) {
      return Checksums.COLLECTIONS;
    }
    Set<String> names = new LinkedHashSet<>();
    for (String name : asked.get().split(",")) {
      names.add(name.trim());
    }
    if (!Checksums.COLLECTIONS.containsAll(names)) {
      throw invalid("include", "include is a list of " + Checksums.COLLECTIONS);
    }
    return List.copyOf(names);
  }

  /** Whether {@code format} asks for the audit fields too. */
  boolean full() {
    String format = text("format").orElse("compact");
    if (!format.equals("compact") && !format.equals("full")) {
      throw invalid("format", "format is compact or full");
    }
    return format.equals("full");
  }

  Optional<Integer> limit(int max) {
    return text("limit")
        .map(
            text -> {
              if (NUMBER.matcher(text).matches()) {
                long limit = Long.parseLong(text);
                if (limit >= 1 && limit <= max) {
                  return (int) limit;
                }
              }
              throw invalid("limit", "limit is a number from 1 to " + max);
            });
  }

  /** The cursor of a delta: the number of the last change that the caller has. */
  Optional<Long> cursor() {
    return text("cursor")
        .map(
            text -> {
              if (!NUMBER.matcher(text).matches()) {
                throw invalid(
                    "cursor",
                    "cursor is not from an answer of this API; send the cursor of the last answer, or do a full sync");
              }
              return Long.parseLong(text);
            });
  }

  /** The buckets of {@code buckets}: two hex digits each. */
  List<Integer> buckets() {
    String asked = text("buckets").orElse("");
    if (!asked.matches("(?i)[0-9a-f]{2}(,[0-9a-f]{2}){0,255}")) {
      throw invalid("buckets", "buckets is a list of 1 to 256 bucket numbers, two hex digits each");
    }
    return Arrays.stream(asked.split(","))
        .map(number -> Integer.parseInt(number, 16))
        .distinct()
        .sorted()
        .toList();
  }

  /** The collection of {@code collection}. */
  String collection() {
    return text("collection")
        .filter(Checksums.COLLECTIONS::contains)
        .orElseThrow(() -> invalid("collection", "collection is one of " + Checksums.COLLECTIONS));
  }

  boolean takesGzip() {
    return BodyStream.takesGzip(message.getHeader("Accept-Encoding", String.class));
  }

  static ProtocolException invalid(String field, String message) {
    return new ProtocolException(ErrorCode.VALIDATION_FAILED, message, Map.of("field", field));
  }

  /** The caller's position cannot be served: it has to begin anew. */
  static ProtocolException behind(String message) {
    return new ProtocolException(
        ErrorCode.SYNC_CHECKSUM_MISMATCH, message, Map.of("suggested_action", "perform_full_sync"));
  }
}
