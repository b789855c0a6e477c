package dev.drover.central.beacon;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.drover.fleet.device.Device;
import dev.drover.fleet.device.DevicePresence;
import dev.drover.proto.Json;
import dev.drover.proto.navign.BeaconList;

/** A beacon as operators see it. */
final class BeaconView {
  private final DevicePresence presence;

  BeaconView(DevicePresence presence) {
    this.presence = presence;
  }

  /** Where it is. */
  static String area(Device beacon) {
    return beacon.stored().getString("area_id");
  }

  BeaconList.Beacon of(Device beacon) {
    return new BeaconList.Beacon(
        beacon.id().id(),
        beacon.hardware(),
        presence.of(beacon),
        beacon.approved(),
        beacon.firmware(),
        area(beacon),
        beacon.seen().orElse(null),
        beacon.commands().size(),
        battery(beacon),
        null);
  }

  private static JsonNode battery(Device beacon) {
    String report = beacon.report();
    JsonNode told =
        report == null ? null : Json.object(report.getBytes(UTF_8)).get("battery_percent");
    return told == null ? NullNode.instance : told;
  }
}
