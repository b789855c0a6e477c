package dev.drover.proto.navign;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.WireMessage;

/** Event: a setting of the mall has changed (document 1, section 2.5). */
@WireMessage
public record ConfigUpdateEvent(String type, JsonNode config, long version, String eventKey) {}
