package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** A key that signs or verifies tokens: its state, or the one that it replaces. */
@WireMessage
public record SigningKey(String kid, String state, String formerKid) {}
