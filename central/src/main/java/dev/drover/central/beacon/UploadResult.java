package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.util.function.Supplier;
import org.bson.Document;

/**
 * What became of an item.
 *
 * @param status stored, duplicate or rejected
 * @param answer the operation's answer, null for a rejected one; some can be read only when the
 *     whole batch is stored
 * @param error the reason, null for others
 */
record UploadResult(String status, Supplier<String> answer, String error) {
  private static final int MAX_RESPONSE = 64 << 10;

  static final String STORED = "stored";
  static final String DUPLICATE = "duplicate";
  static final String REJECTED = "rejected";

  static UploadResult stored(Supplier<String> answer) {
    return new UploadResult(STORED, answer, null);
  }

  private String response() {
    return answer == null ? null : answer.get();
  }

  static UploadResult duplicate(String answer) {
    return new UploadResult(DUPLICATE, () -> answer, null);
  }

  static UploadResult rejected(ProtocolException e) {
    ObjectNode error = Json.MAPPER.createObjectNode();
    error.put("code", e.code().name()).put("message", e.getMessage());
    error.set("details", Json.MAPPER.valueToTree(e.details()));
    return new UploadResult(REJECTED, null, error.toString());
  }

  /** What the repetition of an item gets. */
  UploadResult repeated() {
    return status.equals(REJECTED) ? this : new UploadResult(DUPLICATE, answer, null);
  }

  void describe(ObjectNode result) {
    String response = response();
    result.put("status", status);
    if (response != null) {
      result.putRawValue("response", new RawValue(response));
    }
    if (error != null) {
      result.putRawValue("error", new RawValue(error));
    }
  }

  /** As it is kept for the item's key; a long answer is not, so that a batch fits a document. */
  Document toRecord(String id, UploadItem item) {
    String response = response();
    return new Document("_id", id)
        .append("seq", item.seq())
        .append("fingerprint", item.fingerprint())
        .append("response", response == null || response.length() > MAX_RESPONSE ? null : response);
  }
}
