package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.time.Instant;
import java.util.List;

/** When an orchestrator is to report again, and what it is to do (document 1, section 7.2). */
@WireMessage
public record HeartbeatResponse(
    boolean acknowledged, Instant serverTime, long nextHeartbeatSeconds, List<Command> commands) {
  /** What central asks for. */
  @WireMessage
  public record Command(String type) {}
}
