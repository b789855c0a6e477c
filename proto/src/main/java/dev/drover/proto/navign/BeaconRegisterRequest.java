package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.WireMessage;
import java.util.List;
import java.util.Map;

/** A beacon says what it is (document 1, section 6.1). */
@WireMessage
public record BeaconRegisterRequest(
    String entityId,
    String beaconId,
    String deviceId,
    String deviceType,
    List<String> capabilities,
    String publicKey,
    String firmwareVersion,
    String hardwareRevision,
    Location location,
    String registeredAt,
    @JsonAnySetter @JsonAnyGetter Map<String, JsonNode> more) {
  /** Where a beacon hangs. */
  @WireMessage
  public record Location(
      String areaId,
      Coordinates coordinates,
      @JsonAnySetter @JsonAnyGetter Map<String, JsonNode> more) {}

  /** A place in an area, in metres. */
  @WireMessage
  public record Coordinates(
      Number x,
      Number y,
      Number z,
      String floor,
      @JsonAnySetter @JsonAnyGetter Map<String, JsonNode> more) {}
}
