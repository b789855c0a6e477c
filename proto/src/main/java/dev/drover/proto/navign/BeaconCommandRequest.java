package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.WireMessage;
import java.util.Map;

/** An operator commands a beacon; fields of its type stand beside it. */
@WireMessage
public record BeaconCommandRequest(
    String type, @JsonAnySetter @JsonAnyGetter Map<String, JsonNode> more) {}
