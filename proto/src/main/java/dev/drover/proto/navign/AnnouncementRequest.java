package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** An operator announces the key of an orchestrator before it registers. */
@WireMessage
public record AnnouncementRequest(String entityId, String orchestratorId, String publicKey) {}
