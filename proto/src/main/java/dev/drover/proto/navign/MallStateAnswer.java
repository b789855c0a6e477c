package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.drover.proto.WireMessage;
import java.time.Instant;
import java.util.Map;

/** What a mall knows of itself, for operators. */
@WireMessage
public record MallStateAnswer(
    String entityId,
    String orchestratorId,
    @JsonInclude String assignedId,
    boolean connected,
    @JsonInclude String cursor,
    @JsonInclude String connectionId,
    @JsonInclude String resyncNeeded,
    Map<String, Number> events,
    long pendingAcks,
    Sync sync) {
  /** Where the mall's data stands. */
  @WireMessage
  public record Sync(
      boolean ready,
      @JsonInclude String reason,
      @JsonInclude String cursor,
      @JsonInclude Instant syncedAt,
      @JsonInclude Instant verifiedAt,
      int damagedBuckets,
      @JsonInclude String checksum,
      long pendingEdits,
      long conflicts) {}
}
