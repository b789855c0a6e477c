package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.drover.proto.RawJson;
import dev.drover.proto.WireMessage;
import java.time.Instant;

/** An item of the mall's queue that central refuses, and why. */
@WireMessage
public record ParkedItemAnswer(
    long id,
    @JsonInclude Long seq,
    String type,
    String key,
    Instant createdAt,
    Instant parkedAt,
    String reason,
    @JsonInclude String step,
    int tries,
    @JsonInclude RawJson body) {}
