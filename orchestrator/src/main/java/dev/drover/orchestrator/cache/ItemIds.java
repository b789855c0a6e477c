package dev.drover.orchestrator.cache;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Map;
import java.util.Optional;

/** Ids of items: {@code id}, else {@code _id}; {@code 17} and {@code "17"} are one. */
public final class ItemIds {
  private static final int LONGEST = 256;
  private static final long MAX_EXACT = 1L << 53;

  private ItemIds() {}

  /**
   * The id of a document.
   *
   * @throws ProtocolException VALIDATION_FAILED when it is no text and no whole number
   */
  public static Optional<String> of(JsonNode document) {
    JsonNode id = document.has("id") ? document.get("id") : document.path("_id");
    if (id.isMissingNode() || id.isNull()) {
      return Optional.empty();
    }
    boolean exact =
        id.isIntegralNumber() && id.canConvertToLong() && Math.abs(id.longValue()) <= MAX_EXACT;
    if (!id.isTextual() && !exact) {
      throw refused("An id is a text or a whole number of at most 2^53");
    }
    return Optional.of(id.asText());
  }

  /**
   * Refuses what cannot be an id.
   *
   * @throws ProtocolException VALIDATION_FAILED
   */
  public static String check(String id) {
    if (id.isEmpty() || id.length() > LONGEST || id.chars().anyMatch(Character::isISOControl)) {
      throw refused("An id is 1 to 256 characters without control characters");
    }
    return id;
  }

  public static ProtocolException refused(String message) {
    return new ProtocolException(ErrorCode.VALIDATION_FAILED, message, Map.of("field", "id"));
  }
}
