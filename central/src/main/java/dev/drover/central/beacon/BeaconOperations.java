package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.report.Fields;
import dev.drover.fleet.device.Device;
import dev.drover.fleet.device.DevicePresence;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.BeaconApproval;
import dev.drover.proto.navign.BeaconCommandQueued;
import dev.drover.proto.navign.BeaconList;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.camel.Exchange;

/** What operators see of beacons, and what they tell them. */
public final class BeaconOperations {
  private static final int PAGE = 1000;

  private final BeaconRegistry registry;
  private final DevicePresence presence;
  private final BeaconView view;

  /**
   * Operations on these beacons.
   *
   * @param heartbeatInterval how often beacons are told to report
   * @param missed after how many missed reports one counts as offline
   */
  public BeaconOperations(
      BeaconRegistry registry, Duration heartbeatInterval, int missed, Clock clock) {
    this.registry = registry;
    this.presence = new DevicePresence(heartbeatInterval, missed, clock);
    this.view = new BeaconView(presence);
  }

  /**
   * The beacons of an entity by {@code status}, {@code version}, {@code area_id}, {@code
   * seen_before}; one that misses its heartbeats is offline, whatever it said last.
   */
  public void status(Exchange exchange) {
    String entityId = EntityScope.of(exchange);
    Optional<String> status =
        Fields.query(exchange, "status").map(text -> text.toLowerCase(Locale.ROOT));
    Optional<String> version = Fields.query(exchange, "version");
    Optional<String> area = Fields.query(exchange, "area_id");
    Optional<Instant> before = Fields.time(exchange, "seen_before");
    int limit = Fields.limit(exchange, PAGE, PAGE);
    String after = Fields.query(exchange, "cursor").orElse("");
    List<BeaconList.Beacon> list = new ArrayList<>();
    List<Device> page = registry.list(entityId, after, PAGE);
    while (!page.isEmpty() && list.size() < limit) {
      for (Device beacon : page) {
        after = beacon.id().id();
        boolean wanted =
            status.map(presence.of(beacon)::equals).orElse(true)
                && version.map(text -> text.equals(beacon.firmware())).orElse(true)
                && area.map(text -> text.equals(BeaconView.area(beacon))).orElse(true)
                && before.map(time -> DevicePresence.seenBefore(beacon, time)).orElse(true);
        if (wanted) {
          list.add(view.of(beacon));
        }
        if (list.size() == limit) {
          break;
        }
      }
      page = registry.list(entityId, after, PAGE);
    }
    answer(exchange, new BeaconList(list, page.isEmpty() ? null : after));
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
    String entityId = EntityScope.of(exchange);
    String beaconId = beaconId(exchange);
    registry.change(entityId, beaconId, Device::letIn);
    answer(exchange, new BeaconApproval(beaconId, true));
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
        EntityScope.of(exchange),
        beaconId(exchange),
        "command_operations",
        operation,
        beacon -> beacon.commanded(commandId, command.toString()));
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
    answer(exchange, new BeaconCommandQueued(commandId));
  }

  private static String beaconId(Exchange exchange) {
    return Fields.query(exchange, "beacon_id").orElse("");
  }

  private static void answer(Exchange exchange, Object answer) {
    exchange.getMessage().setBody(Json.text(answer));
  }
}
