package dev.drover.orchestrator.beacon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.mqttbatch.MqttBatchConsumer;
import dev.drover.engine.report.BeaconHeartbeat;
import dev.drover.engine.report.BeaconRegistration;
import dev.drover.engine.report.Fields;
import dev.drover.orchestrator.uplink.UplinkDoor;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.RawJson;
import dev.drover.proto.navign.BeaconApproval;
import dev.drover.proto.navign.BeaconHeartbeatResponse;
import dev.drover.proto.navign.BeaconList;
import dev.drover.proto.navign.BeaconRegisterResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What beacons register and report at their mall (document 1, sections 6.1 and 6.2), answered at
 * once, also while central is away. Each report is prepared for central, goes into the uplink, and
 * only then is it kept here and answered.
 */
public final class BeaconReports {
  private static final int PAGE = 1000;

  private final BeaconStore store;
  private final BeaconCommands commands;
  private final String entityId;
  private final Duration syncInterval;
  private final Duration heartbeatInterval;
  private final Clock clock;

  /**
   * The beacons of one mall.
   *
   * @param syncInterval how often beacons are told to synchronise
   * @param heartbeatInterval how often they are told to report
   */
  public BeaconReports(
      BeaconStore store,
      BeaconCommands commands,
      String entityId,
      Duration syncInterval,
      Duration heartbeatInterval,
      Clock clock) {
    this.store = store;
    this.commands = commands;
    this.entityId = entityId;
    this.syncInterval = syncInterval;
    this.heartbeatInterval = heartbeatInterval;
    this.clock = clock;
  }

  /** Makes the registration in the body complete, as central is to hear it. */
  public void prepareRegistration(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    body.put("beacon_id", beacon(exchange).beaconId()).put("entity_id", entityId);
    if (!body.hasNonNull("registered_at")) {
      body.put("registered_at", clock.instant().toString());
    }
    exchange.getMessage().setBody(body.toString());
  }

  /**
   * Keeps the registration and answers it.
   *
   * @param approval {@code auto} lets the beacon in at once; otherwise {@code central} or an {@code
   *     operator} does
   */
  public void register(Exchange exchange, String approval) {
    ObjectNode body = Fields.body(exchange);
    Beacon beacon = beacon(exchange);
    BeaconRegistration report = BeaconRegistration.read(body);
    store.registered(beacon, report, body.toString(), approval.equals("auto"));
    answer(
        exchange,
        new BeaconRegisterResponse(
            beacon.beaconId(),
            entityId,
            store.find(beacon.deviceId()).map(Beacon::approved).orElse(false),
            null,
            syncInterval.toSeconds(),
            false,
            null));
  }

  /**
   * Makes the heartbeat in the body complete, as central is to hear it: with the time at which it
   * was sent or received, and with every command that the beacon has carried out and central may
   * not know of.
   *
   * @throws ProtocolException VALIDATION_FAILED for one that a broker kept and of which nobody
   *     tells the time: it is no sign of life
   */
  public void prepareHeartbeat(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    BeaconHeartbeat report = BeaconHeartbeat.read(body);
    body.put("entity_id", entityId);
    if (report.timestamp().isEmpty()) {
      body.put("timestamp", time(exchange.getMessage()).toString());
    }
    commands.done(report.beaconId(), report.commandsDone());
    Set<String> done = new LinkedHashSet<>(report.commandsDone());
    done.addAll(commands.done(report.beaconId()));
    if (!done.isEmpty()) {
      ArrayNode list = body.putArray("commands_done");
      done.forEach(list::add);
    }
    exchange.getMessage().setBody(body.toString());
  }

  private Instant time(Message message) {
    Instant told = message.getHeader(MqttBatchConsumer.TIME, Instant.class);
    if (told == null && message.getHeader(MqttBatchConsumer.RETAINED, false, Boolean.class)) {
      throw new ProtocolException(
          ErrorCode.VALIDATION_FAILED,
          "a retained heartbeat needs a timestamp, since nobody knows when it was sent",
          Map.of("field", "timestamp"));
    }
    return told == null ? clock.instant() : told;
  }

  /** Keeps the heartbeat and answers it with the commands that wait for the beacon. */
  public void heartbeat(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    Beacon beacon = beacon(exchange);
    BeaconHeartbeat report = BeaconHeartbeat.read(body);
    Instant now = clock.instant();
    Instant at = report.timestamp().filter(time -> time.isBefore(now)).orElse(now);
    store.heard(beacon, report, at, body.toString());
    List<RawJson> told = commands.tell(beacon.beaconId()).stream().map(RawJson::of).toList();
    answer(exchange, new BeaconHeartbeatResponse(true, heartbeatInterval.toSeconds(), null, told));
  }

  /** Takes what central answered to a heartbeat. */
  public void takeCommands(Exchange exchange) {
    ObjectNode answer = Fields.body(exchange);
    if (answer.has("commands")) {
      commands.take(answered(exchange), answer.get("commands"));
    }
  }

  /** Takes what central answered to a registration: whether the beacon is let in. */
  public void takeApproval(Exchange exchange) {
    ObjectNode answer = Fields.body(exchange);
    if (answer.has("approved")) {
      store.approve(answered(exchange), answer.get("approved").asBoolean());
    }
  }

  /** The beacon whose report central has answered. */
  private static String answered(Exchange exchange) {
    return exchange.getMessage().getHeader(UplinkDoor.KEY, String.class);
  }

  /** The mall's beacons, for operators; {@code cursor} goes on after an id. */
  public void list(Exchange exchange) {
    int limit = Fields.limit(exchange, PAGE, PAGE);
    List<BeaconList.Beacon> list = store.list(Fields.query(exchange, "cursor").orElse(""), limit);
    boolean more = list.size() == limit;
    answer(exchange, new BeaconList(list, more ? list.get(limit - 1).beaconId() : null));
  }

  /**
   * An operator lets a beacon in.
   *
   * @throws dev.drover.proto.ProtocolException BEACON_NOT_REGISTERED
   */
  public void approve(Exchange exchange) {
    Promises.store(exchange, "beacons", () -> storeApproval(exchange));
  }

  private void storeApproval(Exchange exchange) {
    String beaconId = beaconId(exchange);
    if (!store.approve(beaconId, true)) {
      throw Fields.unknownBeacon(beaconId);
    }
    answer(exchange, new BeaconApproval(beaconId, true));
  }

  private static void answer(Exchange exchange, Object answer) {
    exchange.getMessage().setBody(Json.text(answer));
  }

  /**
   * An operator lets a device come with a new key: it registers again as if for the first time.
   *
   * @throws dev.drover.proto.ProtocolException BEACON_NOT_REGISTERED
   */
  public void forget(Exchange exchange) {
    Promises.store(exchange, "beacons", () -> storeForgotten(exchange));
  }

  private void storeForgotten(Exchange exchange) {
    String beaconId = beaconId(exchange);
    if (!store.forget(beaconId)) {
      throw Fields.unknownBeacon(beaconId);
    }
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
    exchange.getMessage().setBody(null);
  }

  private static String beaconId(Exchange exchange) {
    return Fields.query(exchange, "beacon_id").orElse("");
  }

  private static Beacon beacon(Exchange exchange) {
    return Optional.ofNullable(exchange.getProperty(BeaconCaller.BEACON, Beacon.class))
        .orElseThrow(() -> new IllegalStateException("nobody has asked who this beacon is"));
  }
}
