package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.drover.proto.RawJson;
import dev.drover.proto.WireMessage;
import java.time.Instant;

/** An edit of a mall that central did not take, and what it has instead. */
@WireMessage
public record EditConflictAnswer(
    long id,
    String type,
    String itemId,
    String operation,
    @JsonInclude RawJson losing,
    @JsonInclude RawJson winning,
    Instant at,
    long baseSeq,
    @JsonInclude Long seq,
    @JsonInclude String error) {}
