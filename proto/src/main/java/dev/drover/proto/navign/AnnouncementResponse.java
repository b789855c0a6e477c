package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** The orchestrator is known; its next registration succeeds with the announced key. */
@WireMessage
public record AnnouncementResponse(String entityId, String orchestratorId, String assignedId) {}
