package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** A device asks for a nonce that it is to sign. */
@WireMessage
public record BeaconChallengeRequest(String deviceId) {}
