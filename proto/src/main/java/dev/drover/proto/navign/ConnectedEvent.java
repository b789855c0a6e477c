package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** Event: the stream is open. */
@WireMessage
public record ConnectedEvent(String connectionId, String serverTime, Integer heartbeatSeconds) {}
