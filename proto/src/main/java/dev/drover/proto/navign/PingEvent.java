package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** Event: central is there (document 1, section 2.6). */
@WireMessage
public record PingEvent(String timestamp) {}
