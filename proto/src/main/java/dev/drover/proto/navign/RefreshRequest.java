package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** An orchestrator asks for a new token before the present one ends; it is signed as a whole. */
@WireMessage
public record RefreshRequest(String orchestratorId, String tokenId, String timestamp) {}
