package dev.drover.engine.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A beacon's sign of life (document 1, section 6.2).
 *
 * @param beaconId the beacon
 * @param status {@code online}, {@code offline}, {@code low_battery} or {@code error}
 * @param timestamp when it was made, as the beacon says
 * @param firmwareVersion what runs on it
 * @param commandsDone the ids of commands that it has carried out; additive
 */
public record BeaconHeartbeat(
    String beaconId,
    String status,
    Optional<Instant> timestamp,
    Optional<String> firmwareVersion,
    Set<String> commandsDone) {
  private static final Set<String> STATUS = Set.of("online", "offline", "low_battery", "error");

  /**
   * Reads a request.
   *
   * @throws dev.drover.proto.ProtocolException VALIDATION_FAILED
   */
  public static BeaconHeartbeat read(ObjectNode body) {
    String beaconId = Fields.id(body, "beacon_id");
    String status = body.path("status").asText();
    if (!STATUS.contains(status)) {
      throw Fields.invalid("status", "status is one of " + STATUS);
    }
    Set<String> done = new LinkedHashSet<>();
    body.path("commands_done").forEach(id -> done.add(id.asText()));
    return new BeaconHeartbeat(
        beaconId,
        status,
        Fields.time(body, "timestamp"),
        Fields.text(body, "firmware_version"),
        done);
  }
}
