package dev.drover.proto.navign;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.RawJson;
import dev.drover.proto.WireMessage;
import java.util.List;

/** What became of each item of a batch, and the receipt. */
@WireMessage
public record UploadResponse(String batchId, List<Result> results, Receipt receipt) {
  /** One item: what its operation answered, or why it is refused. */
  @WireMessage
  public record Result(long seq, String status, RawJson response, Refusal error) {}

  /** Why an item is refused. */
  @WireMessage
  public record Refusal(String code, String message, JsonNode details) {}

  /** The numbers of a batch. */
  @WireMessage
  public record Receipt(long fromSeq, long toSeq) {}
}
