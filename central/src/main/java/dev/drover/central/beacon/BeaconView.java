package dev.drover.central.beacon;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.fleet.device.Device;
import dev.drover.fleet.device.DevicePresence;
import dev.drover.proto.Json;
import java.time.Instant;

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

  ObjectNode of(Device beacon) {
    ObjectNode item = Json.MAPPER.createObjectNode();
    item.put("beacon_id", beacon.id().id());
    item.put("device_id", beacon.hardware());
    item.put("status", presence.of(beacon));
    item.put("approved", beacon.approved());
    item.put("firmware_version", beacon.firmware());
    item.put("area_id", area(beacon));
    item.put("last_seen", beacon.seen().map(Instant::toString).orElse(null));
    item.put("pending_commands", beacon.commands().size());
    String report = beacon.report();
    JsonNode last = report == null ? null : Json.object(report.getBytes(UTF_8));
    item.set("battery_percent", last == null ? null : last.get("battery_percent"));
    return item;
  }
}
