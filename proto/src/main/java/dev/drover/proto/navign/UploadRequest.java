package dev.drover.proto.navign;

import dev.drover.proto.RawJson;
import dev.drover.proto.WireMessage;
import java.util.List;

/** A batch of the mall's queue. */
@WireMessage
public record UploadRequest(String entityId, String batchId, List<Item> items) {
  /** One write, as it was accepted. */
  @WireMessage
  public record Item(
      long seq, String type, String idempotencyKey, String createdAt, RawJson body) {}
}
