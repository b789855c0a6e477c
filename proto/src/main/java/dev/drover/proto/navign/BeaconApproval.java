package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** An operator lets a beacon in. */
@WireMessage
public record BeaconApproval(String beaconId, boolean approved) {}
