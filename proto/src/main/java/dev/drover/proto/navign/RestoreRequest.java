package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** An operator lets somebody in again, and may say why. */
@WireMessage
public record RestoreRequest(String reason) {}
