package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.time.Instant;

/** A nonce that a device is to sign, and until when. */
@WireMessage
public record BeaconChallengeResponse(String nonce, Instant expiresAt) {}
