package dev.drover.central.beacon;

import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.RawJson;
import dev.drover.proto.navign.UploadResponse;
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
record UploadResult(String status, Supplier<String> answer, UploadResponse.Refusal error) {
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
    UploadResponse.Refusal why =
        new UploadResponse.Refusal(
            e.code().name(), e.getMessage(), Json.MAPPER.valueToTree(e.details()));
    return new UploadResult(REJECTED, null, why);
  }

  /** What the repetition of an item gets. */
  UploadResult repeated() {
    return status.equals(REJECTED) ? this : new UploadResult(DUPLICATE, answer, null);
  }

  /** As the mall is told of its item. */
  UploadResponse.Result told(long seq) {
    return new UploadResponse.Result(seq, status, RawJson.of(response()), error);
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
