package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** An operator asks for access logs of a beacon (document 1, section 2.4). */
@WireMessage
public record AccessLogQuery(String entityId, String beaconId, String since) {}
