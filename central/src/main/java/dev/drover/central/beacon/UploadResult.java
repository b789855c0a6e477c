package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import org.bson.Document;

/**
 * What became of an item.
 *
 * @param status stored, duplicate or rejected
 * @param response the operation's answer, null for a rejected one
 * @param error the reason, null for others
 */
record UploadResult(String status, String response, String error) {
  static final String STORED = "stored";
  static final String DUPLICATE = "duplicate";
  static final String REJECTED = "rejected";

  static UploadResult stored(String response) {
    return new UploadResult(STORED, response, null);
  }

  static UploadResult rejected(ProtocolException e) {
    ObjectNode error = Json.MAPPER.createObjectNode();
    error.put("code", e.code().name()).put("message", e.getMessage());
    error.set("details", Json.MAPPER.valueToTree(e.details()));
    return new UploadResult(REJECTED, null, error.toString());
  }

  /** What the repetition of an item gets. */
  UploadResult repeated() {
    return status.equals(REJECTED) ? this : new UploadResult(DUPLICATE, response, null);
  }

  void describe(ObjectNode result) {
    result.put("status", status);
    if (response != null) {
      result.putRawValue("response", new RawValue(response));
    }
    if (error != null) {
      result.putRawValue("error", new RawValue(error));
    }
  }

  /** As it is kept for the item's key. */
  Document toRecord(String id, UploadItem item) {
    return new Document("_id", id)
        .append("seq", item.seq())
        .append("fingerprint", item.fingerprint())
        .append("response", response);
  }
}
