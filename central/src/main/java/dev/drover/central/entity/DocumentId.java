package dev.drover.central.entity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.report.ItemId;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Map;
import java.util.Optional;

/** The id of a document, the only thing that is read of it. */
public final class DocumentId {
  private static final long MAX_EXACT = 1L << 53;

  private DocumentId() {}

  /**
   * The id of a document as text: {@code 17} and {@code "17"} are one id.
   *
   * @throws ProtocolException VALIDATION_FAILED for what cannot be an id
   */
  static Optional<String> of(ObjectNode document) {
    JsonNode id = document.has("id") ? document.get("id") : document.path("_id");
    if (id.isTextual()) {
      return Optional.of(id.textValue());
    }
    if (id.isIntegralNumber()) {
      if (!id.canConvertToLong() || Math.abs(id.longValue()) > MAX_EXACT) {
        throw new ProtocolException(
            ErrorCode.VALIDATION_FAILED,
            "A number beyond 2^53 cannot be an id: clients would round it",
            Map.of("field", "id"));
      }
      return Optional.of(id.asText());
    }
    if (id.isMissingNode() || id.isNull()) {
      return Optional.empty();
    }
    throw new ProtocolException(
        ErrorCode.VALIDATION_FAILED, "An id is a text or a whole number", Map.of("field", "id"));
  }

  /** The document's id, or a new one of the operation that is written into it. */
  static String assign(ObjectNode document, Operation operation) {
    Optional<String> id = of(document);
    if (id.isPresent() && !id.get().equals("-1")) {
      return ItemId.require(id.get(), document.has("id") ? "id" : "_id");
    }
    String assigned = operation.newId();
    document.put("id", assigned);
    return assigned;
  }

  /**
   * Refuses a document whose own id is another one.
   *
   * @throws ProtocolException VALIDATION_FAILED
   */
  public static void require(ObjectNode document, String id) {
    Optional<String> own = of(document);
    if (own.isPresent() && !own.get().equals(id)) {
      throw new ProtocolException(
          ErrorCode.VALIDATION_FAILED,
          "The id in the document differs from the id that the request names",
          Map.of("field", "id"));
    }
  }
}
