package dev.drover.central.beacon;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.report.BeaconHeartbeat;
import dev.drover.engine.report.BeaconRegistration;
import dev.drover.engine.report.Fields;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.bson.Document;

/**
 * Central's side of beacons (document 1, sections 6.1 and 6.2): what malls report of them, and what
 * operators see of them and tell them.
 */
public final class Beacons {
  /** Exchange property: when a report was made, for one that says no time itself. */
  public static final String MADE_AT = "DroverMadeAt";

  private static final int MAX_COMMANDS = 100;
  private static final int PAGE = 1000;

  private final BeaconRegistry registry;
  private final boolean approved;
  private final Duration syncInterval;
  private final Duration heartbeatInterval;
  private final int missed;
  private final Clock clock;

  /**
   * The beacons of all entities.
   *
   * @param approved whether a beacon is approved from the start, or waits for an operator
   * @param syncInterval how often beacons are told to synchronise
   * @param heartbeatInterval how often they are told to report
   * @param missed after how many missed reports one counts as offline
   */
  public Beacons(
      MongoDatabase database,
      boolean approved,
      Duration syncInterval,
      Duration heartbeatInterval,
      int missed,
      Clock clock) {
    this.registry = new BeaconRegistry(database);
    this.approved = approved;
    this.syncInterval = syncInterval;
    this.heartbeatInterval = heartbeatInterval;
    this.missed = missed;
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
    String deviceId = report.deviceId();
    refuseTaken(entityId, report.beaconId(), deviceId);
    String beaconId = registry.assign(entityId, deviceId, report.beaconId());
    Document stored =
        registry.put(
            entityId,
            beaconId,
            beacon -> {
              refuseOther(beacon, deviceId);
              beacon.put("device_id", deviceId);
              beacon.put("registration", body.toString());
              beacon.put("firmware_version", report.firmwareVersion().orElse(null));
              beacon.put("area_id", report.areaId().orElse(null));
              beacon.putIfAbsent("approved", approved);
              beacon.putIfAbsent("registered_at", Date.from(clock.instant()));
            });
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("beacon_id", beaconId).put("entity_id", entityId);
    answer.put("approved", stored.getBoolean("approved") && !revoked(stored));
    noteRevoked(answer, stored);
    answer.put("sync_interval_seconds", syncInterval.toSeconds());
    answer.put("firmware_update_available", false);
    answer(exchange, answer);
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
    if (!knows(entityId, beaconId)) {
      throw Fields.unknownBeacon(beaconId);
    }
  }

  /** Before a device is given an id that it could never use. */
  private void refuseTaken(String entityId, Optional<String> asked, String deviceId) {
    asked
        .flatMap(id -> registry.find(entityId, id))
        .ifPresent(beacon -> refuseOther(beacon, deviceId));
  }

  private static void refuseOther(Document beacon, String deviceId) {
    String owner = beacon.getString("device_id");
    if (owner != null && !owner.equals(deviceId)) {
      throw new ProtocolException(
          ErrorCode.ALREADY_EXISTS,
          "This beacon_id belongs to another device",
          Map.of("beacon_id", beacon.getString("beacon_id")));
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
    Document stored =
        registry.once(
            entityId,
            report.beaconId(),
            "heartbeat_operations",
            Operation.of(exchange),
            beacon -> {
              Date known = beacon.getDate("last_seen");
              if (known == null || !known.after(Date.from(made))) {
                beacon.put("last_seen", Date.from(made));
                beacon.put("status", report.status());
                beacon.put("heartbeat", body.toString());
                report.firmwareVersion().ifPresent(text -> beacon.put("firmware_version", text));
              }
              deliver(beacon, report.commandsDone(), deliveries);
            });
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("acknowledged", true);
    answer.put("next_heartbeat_seconds", heartbeatInterval.toSeconds());
    noteRevoked(answer, stored);
    ArrayNode commands = answer.putArray("commands");
    for (Document command : commands(stored)) {
      commands.add(Json.object(command.getString("json").getBytes(UTF_8)));
    }
    answer(exchange, answer);
  }

  private static boolean revoked(Document beacon) {
    return beacon.containsKey("revoked_at");
  }

  /** Its mall may have missed the event that tells it. */
  private static void noteRevoked(ObjectNode answer, Document beacon) {
    if (revoked(beacon)) {
      answer.put("revoked", true);
    }
  }

  /** Forgets what is done or was said often enough, and counts what is said now. */
  private static void deliver(Document beacon, Set<String> done, int deliveries) {
    List<Document> waiting = new ArrayList<>();
    for (Document command : commands(beacon)) {
      int times = command.getInteger("deliveries", 0);
      if (!done.contains(command.getString("command_id")) && times < deliveries) {
        waiting.add(command.append("deliveries", times + 1));
      }
    }
    beacon.put("commands", waiting);
  }

  private static List<Document> commands(Document beacon) {
    return beacon.getList("commands", Document.class, List.of());
  }

  /**
   * Queues a command for a beacon; it rides on the answers to its next heartbeats.
   *
   * @throws ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED, QUEUE_FULL
   */
  public void command(Exchange exchange) {
    Promises.store(exchange, "beacons", () -> storeCommand(exchange));
  }

  private void storeCommand(Exchange exchange) {
    ObjectNode command = Fields.body(exchange);
    Fields.need(command, "type");
    Operation operation = Operation.of(exchange);
    String commandId = operation.newId();
    command.put("command_id", commandId);
    registry.once(
        EntityScope.of(exchange, Json.MAPPER.createObjectNode()),
        beaconId(exchange),
        "command_operations",
        operation,
        beacon -> {
          List<Document> waiting = new ArrayList<>(commands(beacon));
          if (waiting.size() >= MAX_COMMANDS) {
            throw new ProtocolException(
                ErrorCode.QUEUE_FULL, "As many commands wait for this beacon as may wait");
          }
          waiting.add(new Document("command_id", commandId).append("json", command.toString()));
          beacon.put("commands", waiting);
        });
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
    answer(exchange, Json.MAPPER.createObjectNode().put("command_id", commandId));
  }

  /**
   * An operator lets a beacon in.
   *
   * @throws ProtocolException BEACON_NOT_REGISTERED
   */
  public void approve(Exchange exchange) {
    Promises.store(exchange, "beacons", () -> storeApproval(exchange));
  }

  private void storeApproval(Exchange exchange) {
    String entityId = EntityScope.of(exchange, Json.MAPPER.createObjectNode());
    String beaconId = beaconId(exchange);
    registry.change(entityId, beaconId, beacon -> beacon.put("approved", true));
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer(exchange, answer.put("beacon_id", beaconId).put("approved", true));
  }

  /** Since when a beacon is marked as shut out. */
  Optional<Date> revokedAt(String entityId, String beaconId) {
    return registry.find(entityId, beaconId).map(beacon -> beacon.getDate("revoked_at"));
  }

  /**
   * Marks a beacon as shut out, or takes the mark away.
   *
   * @param since when it was shut out, empty when it is let in again
   * @param version of the entity's list that says so; an older one than is known changes nothing
   */
  void markRevoked(String entityId, String beaconId, Optional<Date> since, long version) {
    registry.change(
        entityId,
        beaconId,
        beacon -> {
          Long known = beacon.getLong("revocation_version");
          if (known == null || known < version) {
            beacon.put("revocation_version", version);
            beacon.remove("revoked_at");
            since.ifPresent(date -> beacon.put("revoked_at", date));
          }
        });
  }

  private static String beaconId(Exchange exchange) {
    return Fields.query(exchange, "beacon_id").orElse("");
  }

  /**
   * The beacons of an entity by {@code status}, {@code version}, {@code area_id}, {@code
   * seen_before}; one that misses its heartbeats is offline, whatever it said last.
   */
  public void status(Exchange exchange) {
    String entityId = EntityScope.of(exchange, Json.MAPPER.createObjectNode());
    Optional<String> status =
        Fields.query(exchange, "status").map(text -> text.toLowerCase(Locale.ROOT));
    Optional<String> version = Fields.query(exchange, "version");
    Optional<String> area = Fields.query(exchange, "area_id");
    Optional<Instant> before = Fields.time(exchange, "seen_before");
    int limit = Fields.limit(exchange, PAGE, PAGE);
    String after = Fields.query(exchange, "cursor").orElse("");
    ObjectNode answer = Json.MAPPER.createObjectNode();
    ArrayNode list = answer.putArray("beacons");
    List<Document> page = registry.list(entityId, after, PAGE);
    while (!page.isEmpty() && list.size() < limit) {
      for (Document beacon : page) {
        after = beacon.getString("beacon_id");
        boolean wanted =
            status.map(state(beacon)::equals).orElse(true)
                && version
                    .map(text -> text.equals(beacon.getString("firmware_version")))
                    .orElse(true)
                && area.map(text -> text.equals(beacon.getString("area_id"))).orElse(true)
                && before.map(time -> seenBefore(beacon, time)).orElse(true);
        if (wanted) {
          list.add(describe(beacon));
        }
        if (list.size() == limit) {
          break;
        }
      }
      page = registry.list(entityId, after, PAGE);
    }
    boolean more = !page.isEmpty();
    answer.put("next_cursor", more ? after : null);
    answer(exchange, answer);
  }

  private static boolean seenBefore(Document beacon, Instant time) {
    Date seen = beacon.getDate("last_seen");
    return seen == null || seen.toInstant().isBefore(time);
  }

  /** {@code registered} until the first heartbeat; {@code revoked} when it was shut out. */
  private String state(Document beacon) {
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

  private ObjectNode describe(Document beacon) {
    ObjectNode item = Json.MAPPER.createObjectNode();
    item.put("beacon_id", beacon.getString("beacon_id"));
    item.put("device_id", beacon.getString("device_id"));
    item.put("status", state(beacon));
    item.put("approved", beacon.getBoolean("approved"));
    item.put("firmware_version", beacon.getString("firmware_version"));
    item.put("area_id", beacon.getString("area_id"));
    Date seen = beacon.getDate("last_seen");
    item.put("last_seen", seen == null ? null : seen.toInstant().toString());
    item.put("pending_commands", commands(beacon).size());
    String heartbeat = beacon.getString("heartbeat");
    JsonNode last = heartbeat == null ? null : Json.object(heartbeat.getBytes(UTF_8));
    item.set("battery_percent", last == null ? null : last.get("battery_percent"));
    return item;
  }

  /** True when the entity has this beacon. */
  boolean knows(String entityId, String beaconId) {
    return registry.has(entityId, beaconId);
  }

  private static void answer(Exchange exchange, ObjectNode answer) {
    exchange.getMessage().setBody(answer.toString());
  }
}
