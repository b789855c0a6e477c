package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.drover.proto.WireMessage;
import java.time.Instant;

/** How far the change of the key that seals the mall's records is. */
@WireMessage
public record RekeyProgress(
    String state,
    @JsonInclude String keyId,
    @JsonInclude Instant startedAt,
    @JsonInclude Instant finishedAt,
    long recordsTotal,
    long recordsSealed,
    long recordsBroken) {}
