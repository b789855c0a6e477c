package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** What was asked for is stored and will be done. */
@WireMessage
public record Accepted(String status, Long id) {}
