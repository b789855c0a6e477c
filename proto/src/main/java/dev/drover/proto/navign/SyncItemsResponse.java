package dev.drover.proto.navign;

import dev.drover.proto.RawJson;
import dev.drover.proto.WireMessage;
import java.util.List;
import java.util.Map;

/** The documents of some buckets. */
@WireMessage
public record SyncItemsResponse(
    String entityId,
    String syncId,
    String timestamp,
    String cursor,
    String collection,
    Map<String, Bucket> buckets) {
  /** The documents of one bucket, and its checksum. */
  @WireMessage
  public record Bucket(String hash, List<RawJson> items) {}
}
