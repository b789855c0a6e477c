package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** Event: central asks for access logs of a beacon (document 1, section 2.4). */
@WireMessage
public record AccessLogRequestEvent(
    String beaconId, String since, String requestId, String eventKey) {}
