package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** A command waits for a beacon under this id. */
@WireMessage
public record BeaconCommandQueued(String commandId) {}
