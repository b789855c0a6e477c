package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.drover.proto.WireMessage;
import java.time.Instant;

/** How far a mall has answered a request for access logs: open, answering or answered. */
@WireMessage
public record AccessLogRequestState(
    String requestId,
    String beaconId,
    String since,
    Instant requestedAt,
    String status,
    int pages,
    long logs,
    @JsonInclude Instant answeredAt) {}
