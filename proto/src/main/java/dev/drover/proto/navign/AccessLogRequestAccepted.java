package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** A request for access logs is stored; its id names it from now on. */
@WireMessage
public record AccessLogRequestAccepted(String requestId) {}
