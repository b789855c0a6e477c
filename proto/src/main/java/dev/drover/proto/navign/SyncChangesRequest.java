package dev.drover.proto.navign;

import dev.drover.proto.RawJson;
import dev.drover.proto.WireMessage;
import java.util.List;

/** A mall's own edits. */
@WireMessage
public record SyncChangesRequest(String entityId, List<Change> changes) {
  /** One edit; a deletion has no data. */
  @WireMessage
  public record Change(String type, String operation, String id, RawJson data, long baseSeq) {}
}
