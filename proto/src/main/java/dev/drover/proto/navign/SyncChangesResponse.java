package dev.drover.proto.navign;

import dev.drover.proto.RawJson;
import dev.drover.proto.WireMessage;
import java.util.List;

/** What became of each edit; a conflict says what central has. */
@WireMessage
public record SyncChangesResponse(List<Result> results, String cursor) {
  /** One edit; operation and data are those of central, for a conflict only. */
  @WireMessage
  public record Result(
      String type, String id, String status, long seq, String operation, RawJson data) {}
}
