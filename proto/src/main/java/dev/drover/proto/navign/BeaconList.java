package dev.drover.proto.navign;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.WireMessage;
import java.time.Instant;
import java.util.List;

/** A page of beacons as operators see them; the cursor is the last id, or null at the end. */
@WireMessage
public record BeaconList(List<Beacon> beacons, @JsonInclude String nextCursor) {
  /**
   * One beacon. What only one side knows is left out on the other: central counts commands, a mall
   * says since when it knows the device.
   */
  @WireMessage
  public record Beacon(
      String beaconId,
      String deviceId,
      String status,
      boolean approved,
      @JsonInclude String firmwareVersion,
      @JsonInclude String areaId,
      @JsonInclude Instant lastSeen,
      Integer pendingCommands,
      JsonNode batteryPercent,
      Instant registeredAt) {}
}
