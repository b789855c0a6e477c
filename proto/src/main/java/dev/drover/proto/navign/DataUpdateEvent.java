package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/** Event: documents of the entity have changed (document 1, section 2.1). */
@WireMessage
public record DataUpdateEvent(
    String type,
    String entityId,
    String updatedAt,
    Changes changes,
    String checksum,
    String eventKey) {}
