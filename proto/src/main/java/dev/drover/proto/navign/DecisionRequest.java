package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** An operator decides about a registration, and may say why. */
@WireMessage
public record DecisionRequest(String reason) {}
