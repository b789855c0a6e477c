package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.time.Instant;

/** Since when somebody is shut out, or let in again. */
@WireMessage
public record RevocationResponse(Instant revokedAt, Instant restoredAt) {}
