package dev.drover.proto.navign;

import dev.drover.proto.RawJson;
import dev.drover.proto.WireMessage;
import java.util.List;

/** When a beacon is to report again, and what it is to do (document 1, section 6.2). */
@WireMessage
public record BeaconHeartbeatResponse(
    boolean acknowledged, long nextHeartbeatSeconds, Boolean revoked, List<RawJson> commands) {}
