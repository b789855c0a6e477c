package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.WireMessage;
import java.util.List;
import java.util.Map;

/** A beacon says how it is (document 1, section 6.2). */
@WireMessage
public record BeaconHeartbeatRequest(
    String beaconId,
    String entityId,
    String status,
    Long uptimeSeconds,
    JsonNode batteryPercent,
    String firmwareVersion,
    Metrics metrics,
    String timestamp,
    List<String> commandsDone,
    @JsonAnySetter @JsonAnyGetter Map<String, JsonNode> more) {
  /** Figures of a beacon. */
  @WireMessage
  public record Metrics(
      @JsonProperty("unlock_attempts_24h") Long unlockAttempts24h,
      @JsonProperty("successful_unlocks_24h") Long successfulUnlocks24h,
      @JsonProperty("failed_unlocks_24h") Long failedUnlocks24h,
      Number temperatureCelsius,
      Number humidityPercent,
      Long freeHeapBytes,
      @JsonAnySetter @JsonAnyGetter Map<String, JsonNode> more) {}
}
