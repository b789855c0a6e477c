package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** A registration waits for an operator. */
@WireMessage
public record RegisterPending(String status, String registrationId, String keyId) {}
