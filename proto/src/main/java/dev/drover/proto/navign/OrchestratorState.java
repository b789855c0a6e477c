package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.drover.proto.WireMessage;
import java.time.Instant;
import java.util.List;

/** An orchestrator as operators see it: its state, and how far it is behind. */
@WireMessage
public record OrchestratorState(
    String entityId,
    String orchestratorId,
    String assignedId,
    String state,
    @JsonInclude String version,
    @JsonInclude Instant lastSeen,
    Instant revokedAt,
    String revokedReason,
    boolean connected,
    @JsonInclude String cursor,
    @JsonInclude Long cursorLag,
    Uploads uploads) {
  /** What central has received of the mall's queue: sent = stored + duplicate + rejected. */
  @WireMessage
  public record Uploads(
      long highestSeq,
      long sent,
      long stored,
      long duplicate,
      long rejected,
      List<Receipt> receipts) {}

  /** One batch. */
  @WireMessage
  public record Receipt(String batchId, long fromSeq, long toSeq, Instant at) {}
}
