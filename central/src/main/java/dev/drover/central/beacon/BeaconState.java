package dev.drover.central.beacon;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.Json;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bson.Document;

/** How a beacon is, as its document and the time say; and how that is shown. */
final class BeaconState {
  private final Duration heartbeatInterval;
  private final int missed;
  private final Clock clock;

  /**
   * States by reports that come at this interval.
   *
   * @param missed after how many missed reports one counts as offline
   */
  BeaconState(Duration heartbeatInterval, int missed, Clock clock) {
    this.heartbeatInterval = heartbeatInterval;
    this.missed = missed;
    this.clock = clock;
  }

  /** Whether it was shut out. */
  static boolean revoked(Document beacon) {
    return beacon.containsKey("revoked_at");
  }

  /** Whether its last report is older than a time; true when it has made none. */
  static boolean seenBefore(Document beacon, Instant time) {
    Date seen = beacon.getDate("last_seen");
    return seen == null || seen.toInstant().isBefore(time);
  }

  /** {@code registered} until the first heartbeat; {@code revoked} when it was shut out. */
  String of(Document beacon) {
    if (revoked(beacon)) {
      return "revoked";
    }
    Date seen = beacon.getDate("last_seen");
    if (seen == null) {
      return "registered";
    }
    Instant due = seen.toInstant().plus(heartbeatInterval.multipliedBy(missed));
    return due.isBefore(clock.instant()) ? "offline" : beacon.getString("status");
  }

  /** A beacon as operators see it. */
  ObjectNode describe(Document beacon) {
    ObjectNode item = Json.MAPPER.createObjectNode();
    item.put("beacon_id", beacon.getString("beacon_id"));
    item.put("device_id", beacon.getString("device_id"));
    item.put("status", of(beacon));
    item.put("approved", beacon.getBoolean("approved"));
    item.put("firmware_version", beacon.getString("firmware_version"));
    item.put("area_id", beacon.getString("area_id"));
    Date seen = beacon.getDate("last_seen");
    item.put("last_seen", seen == null ? null : seen.toInstant().toString());
    item.put("pending_commands", WaitingCommands.of(beacon).size());
    String heartbeat = beacon.getString("heartbeat");
    JsonNode last = heartbeat == null ? null : Json.object(heartbeat.getBytes(UTF_8));
    item.set("battery_percent", last == null ? null : last.get("battery_percent"));
    return item;
  }
}
