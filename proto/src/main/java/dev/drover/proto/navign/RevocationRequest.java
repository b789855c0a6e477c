package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** An operator shuts somebody out, and says why. */
@WireMessage
public record RevocationRequest(String reason, Boolean forgetKey) {}
