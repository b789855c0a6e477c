package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.util.List;

/** A mall says what it did with events. */
@WireMessage
public record EventAckRequest(
    List<String> eventIds, String eventId, String status, String detail) {}
