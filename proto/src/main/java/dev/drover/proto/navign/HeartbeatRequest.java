package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.time.Instant;

/** An orchestrator says how it is (document 1, section 7.2). */
@WireMessage
public record HeartbeatRequest(
    String orchestratorId,
    String entityId,
    String status,
    String version,
    Long uptimeSeconds,
    Integer connectedRobots,
    Integer activeTasks,
    Long pendingTasks,
    Metrics metrics,
    Instant timestamp) {
  /** Figures of the process. */
  @WireMessage
  public record Metrics(
      Number cpuPercent, Number memoryUsedMb, Number diskUsedGb, Number cacheSizeMb) {}
}
