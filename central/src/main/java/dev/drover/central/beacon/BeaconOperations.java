package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.report.Fields;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.bson.Document;

/** What operators see of beacons, and what they tell them. */
public final class BeaconOperations {
  private static final int PAGE = 1000;

  private final BeaconRegistry registry;
  private final BeaconState state;

  /**
   * Operations on these beacons.
   *
   * @param heartbeatInterval how often beacons are told to report
   * @param missed after how many missed reports one counts as offline
   */
  public BeaconOperations(
      BeaconRegistry registry, Duration heartbeatInterval, int missed, Clock clock) {
    this.registry = registry;
    this.state = new BeaconState(heartbeatInterval, missed, clock);
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
            status.map(state.of(beacon)::equals).orElse(true)
                && version
                    .map(text -> text.equals(beacon.getString("firmware_version")))
                    .orElse(true)
                && area.map(text -> text.equals(beacon.getString("area_id"))).orElse(true)
                && before.map(time -> BeaconState.seenBefore(beacon, time)).orElse(true);
        if (wanted) {
          list.add(state.describe(beacon));
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
        beacon -> WaitingCommands.add(beacon, commandId, command.toString()));
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
    answer(exchange, Json.MAPPER.createObjectNode().put("command_id", commandId));
  }

  private static String beaconId(Exchange exchange) {
    return Fields.query(exchange, "beacon_id").orElse("");
  }

  private static void answer(Exchange exchange, ObjectNode answer) {
    exchange.getMessage().setBody(answer.toString());
  }
}
