package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.drover.proto.WireMessage;
import java.time.Instant;

/** A registration that waited for an operator, and what was decided. */
@WireMessage
public record RegistrationState(
    String registrationId,
    String entityId,
    String orchestratorId,
    String keyId,
    String state,
    String version,
    @JsonInclude String address,
    Instant firstAskedAt,
    Instant askedAt) {}
