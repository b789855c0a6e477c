package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.report.BeaconHeartbeat;
import dev.drover.engine.report.BeaconRegistration;
import dev.drover.engine.report.Fields;
import dev.drover.fleet.device.Device;
import dev.drover.fleet.device.DeviceReport;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.RawJson;
import dev.drover.proto.navign.BeaconHeartbeatResponse;
import dev.drover.proto.navign.BeaconRegisterResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;

/** What malls report of beacons (document 1, sections 6.1 and 6.2). */
public final class Beacons {
  /** Exchange property: when a report was made, for one that says no time itself. */
  public static final String MADE_AT = "DroverMadeAt";

  private final BeaconRegistry registry;
  private final boolean approved;
  private final Duration syncInterval;
  private final Duration heartbeatInterval;
  private final Clock clock;

  /**
   * The beacons of all entities.
   *
   * @param approved whether a beacon is approved from the start, or waits for an operator
   * @param syncInterval how often beacons are told to synchronise
   * @param heartbeatInterval how often they are told to report
   */
  public Beacons(
      BeaconRegistry registry,
      boolean approved,
      Duration syncInterval,
      Duration heartbeatInterval,
      Clock clock) {
    this.registry = registry;
    this.approved = approved;
    this.syncInterval = syncInterval;
    this.heartbeatInterval = heartbeatInterval;
    this.clock = clock;
  }

  /**
   * Stores a registration; a known device keeps its id, its approval and its commands.
   *
   * @throws ProtocolException VALIDATION_FAILED, or ALREADY_EXISTS for an id of another device
   */
  public void register(Exchange exchange) {
    Promises.store(exchange, "beacons", () -> storeRegistration(exchange));
  }

  private void storeRegistration(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    String entityId = EntityScope.of(exchange, body);
    BeaconRegistration report = BeaconRegistration.read(body);
    Device stored =
        registry.register(
            entityId,
            report.deviceId(),
            report.beaconId(),
            beacon ->
                beacon
                    .registered(
                        report.deviceId(),
                        report.firmwareVersion().orElse(null),
                        body.toString(),
                        approved,
                        clock.instant())
                    .with("area_id", report.areaId().orElse(null)));
    answer(
        exchange,
        new BeaconRegisterResponse(
            stored.id().id(),
            entityId,
            stored.approved() && stored.shutOut().isEmpty(),
            revoked(stored),
            syncInterval.toSeconds(),
            false,
            null));
  }

  /**
   * Refuses a report about a foreign entity. Belongs before the limit.
   *
   * @throws ProtocolException ENTITY_FORBIDDEN
   */
  public void checkEntity(Exchange exchange) {
    EntityScope.of(exchange, Fields.body(exchange));
  }

  /**
   * Refuses a report about a foreign entity or an unknown beacon. Belongs before the limit.
   *
   * @throws ProtocolException VALIDATION_FAILED, ENTITY_FORBIDDEN, BEACON_NOT_REGISTERED
   */
  public void checkBeacon(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    String entityId = EntityScope.of(exchange, body);
    String beaconId = Fields.id(body, "beacon_id");
    if (!registry.has(entityId, beaconId)) {
      throw Fields.unknownBeacon(beaconId);
    }
  }

  /**
   * Stores a heartbeat and answers with the commands that wait for the beacon. One that is older
   * than what is known changes nothing but is acknowledged: it comes from a queue.
   *
   * @param deliveries how often a command is told before it is given up
   * @throws ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED
   */
  public void heartbeat(Exchange exchange, int deliveries) {
    Promises.store(exchange, "beacons", () -> storeHeartbeat(exchange, deliveries));
  }

  private void storeHeartbeat(Exchange exchange, int deliveries) {
    ObjectNode body = Fields.body(exchange);
    String entityId = EntityScope.of(exchange, body);
    BeaconHeartbeat report = BeaconHeartbeat.read(body);
    Instant now = clock.instant();
    Instant made =
        report
            .timestamp()
            .or(() -> Optional.ofNullable(exchange.getProperty(MADE_AT, Instant.class)))
            .filter(time -> time.isBefore(now))
            .orElse(now);
    Device stored =
        registry.once(
            entityId,
            report.beaconId(),
            "heartbeat_operations",
            Operation.of(exchange),
            beacon ->
                beacon
                    .reported(
                        new DeviceReport(
                            made, report.status(), report.firmwareVersion(), body.toString()))
                    .told(report.commandsDone(), deliveries));
    List<RawJson> commands =
        stored.commands().stream().map(command -> RawJson.of(command.json())).toList();
    answer(
        exchange,
        new BeaconHeartbeatResponse(
            true, heartbeatInterval.toSeconds(), revoked(stored), commands));
  }

  /** Its mall may have missed the event that tells it. */
  private static Boolean revoked(Device beacon) {
    return beacon.shutOut().isPresent() ? true : null;
  }

  private static void answer(Exchange exchange, Object answer) {
    exchange.getMessage().setBody(Json.text(answer));
  }
}
