package dev.drover.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.time.Tick;
import dev.drover.proto.BeaconId;
import dev.drover.proto.Json;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * One beacon as its firmware sees itself: it registers, then says how it is and who passed, one
 * report at a time, and keeps a report until the mall has acknowledged it. Not safe for threads.
 */
final class SimulatedBeacon {
  /** Logs that fit into its memory besides the report that is on its way. */
  static final int ROOM = 200;

  private static final int BATCH = 50;
  private static final String FIRMWARE = "0.1.8";
  private static final Duration FIRST_RETRY = Duration.ofSeconds(2);
  private static final int DOUBLINGS = 5;
  private static final int SLOTS = 100;

  private final int number;
  private final String entityId;
  private final String deviceId;
  private final KeyProvider keys;
  private final Pace pace;
  private final Tick started;
  private final Deque<BeaconReport> reports = new ArrayDeque<>();
  private final Deque<ObjectNode> logs = new ArrayDeque<>();
  private final List<String> commandsDone = new ArrayList<>();
  private String beaconId;
  private KeyPair key;
  private boolean registered;
  private Tick next;
  private Tick heartbeat;
  private int failures;
  private int passed;
  private int refused;

  /**
   * How often a beacon speaks.
   *
   * @param heartbeat time between two heartbeats
   * @param pause shortest time between two reports
   */
  record Pace(Duration heartbeat, Duration pause) {}

  /**
   * A beacon that is switched on.
   *
   * @param number its place in the mall, from 1; the demo mall's beacon of this id has its address
   * @param keys where its key is kept, so that it is the same device after a restart
   * @param started when it may speak first
   */
  SimulatedBeacon(int number, String entityId, KeyProvider keys, Pace pace, Tick started) {
    this.number = number;
    this.entityId = entityId;
    this.deviceId = String.format(Locale.ROOT, "7cdfa1%06x", number);
    this.beaconId = BeaconId.of(entityId, deviceId);
    this.keys = keys;
    this.pace = pace;
    this.started = started;
    this.next = started;
  }

  String deviceId() {
    return deviceId;
  }

  boolean registered() {
    return registered;
  }

  /** Its key, made when it first speaks: 300 keys at once would delay a start. */
  KeyPair key() {
    if (key == null) {
      key = keys.signing("beacon-" + deviceId);
    }
    return key;
  }

  /** Somebody passed, or tried to; returns whether an older log had to give way. */
  boolean log(ObjectNode log) {
    boolean full = logs.size() == ROOM;
    if (full) {
      logs.removeFirst();
    }
    logs.add(log);
    if ("success".equals(log.path("result").asText())) {
      passed++;
    } else {
      refused++;
    }
    return full;
  }

  /** Logs that the mall has not acknowledged. */
  int waiting() {
    return logs.size() + reports.stream().mapToInt(BeaconReport::logs).sum();
  }

  /**
   * What it sends now, if it is time and there is something.
   *
   * @param clock what it writes down as the time
   */
  Optional<BeaconReport> due(Tick now, Instant clock) {
    if (now.isBefore(next)) {
      return Optional.empty();
    }
    if (reports.isEmpty()) {
      compose(now, clock).ifPresent(reports::add);
    }
    return Optional.ofNullable(reports.peek());
  }

  private Optional<BeaconReport> compose(Tick now, Instant clock) {
    if (!registered) {
      return Optional.of(registration(clock));
    }
    if (heartbeat == null || !now.isBefore(heartbeat)) {
      return Optional.of(heartbeat(now, clock));
    }
    return logs.isEmpty() ? Optional.empty() : Optional.of(batch());
  }

  private BeaconReport registration(Instant clock) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("entity_id", entityId);
    body.put("device_id", deviceId);
    body.put("device_type", "turnstile");
    body.putArray("capabilities").add("unlock_gate").add("environmental_data");
    body.put("public_key", PublicKeys.toPem((ECPublicKey) key().getPublic()));
    body.put("firmware_version", FIRMWARE);
    body.put("hardware_revision", "esp32c3-rev3");
    // the demo mall has two beacons in each area
    body.putObject("location").put("area_id", Integer.toString((number + 1) / 2));
    body.put("registered_at", clock.toString());
    return BeaconReport.of(BeaconReport.REGISTER, body);
  }

  private BeaconReport heartbeat(Tick now, Instant clock) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("beacon_id", beaconId);
    body.put("entity_id", entityId);
    body.put("status", "online");
    body.put("uptime_seconds", Math.max(0, now.since(started).toSeconds()));
    body.putNull("battery_percent");
    body.put("firmware_version", FIRMWARE);
    ObjectNode metrics = body.putObject("metrics");
    metrics.put("unlock_attempts_24h", passed + refused);
    metrics.put("successful_unlocks_24h", passed);
    metrics.put("failed_unlocks_24h", refused);
    metrics.put("temperature_celsius", 20 + number % 12);
    metrics.put("humidity_percent", 40 + number % 25);
    metrics.put("free_heap_bytes", 102_400);
    body.put("timestamp", clock.toString());
    ArrayNode done = body.putArray("commands_done");
    commandsDone.forEach(done::add);
    return BeaconReport.of(BeaconReport.HEARTBEAT, body);
  }

  private BeaconReport batch() {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("beacon_id", beaconId);
    body.put("entity_id", entityId);
    ArrayNode list = body.putArray("logs");
    while (!logs.isEmpty() && list.size() < BATCH) {
      list.add(logs.removeFirst());
    }
    body.put("batch_id", "batch-" + UUID.randomUUID());
    body.put("total_logs", list.size());
    return BeaconReport.of(BeaconReport.LOGS, body);
  }

  /** The mall has taken its report. */
  void acknowledged(JsonNode answer, Tick now) {
    BeaconReport report = reports.remove();
    failures = 0;
    next = now.plus(pace.pause());
    switch (report.kind()) {
      case BeaconReport.REGISTER -> {
        registered = true;
        beaconId = answer.path("beacon_id").asText(beaconId);
      }
      case BeaconReport.HEARTBEAT -> {
        heartbeat = now.plus(heartbeat == null ? spread(pace.heartbeat()) : pace.heartbeat());
        commandsDone.clear();
        answer.path("commands").forEach(command -> done(command.path("command_id").asText()));
      }
      default -> {}
    }
  }

  /** All beacons begin together; from their second heartbeat on they are spread. */
  private Duration spread(Duration interval) {
    return interval.multipliedBy(number % SLOTS + 1).dividedBy(SLOTS);
  }

  /** It does at once what it is told, and says so with its next heartbeat. */
  private void done(String commandId) {
    if (!commandId.isEmpty()) {
      commandsDone.add(commandId);
    }
  }

  /** The mall did not take its report: it comes again as it is, after 2, 4, … 64 s. */
  void failed(Tick now) {
    next = now.plus(FIRST_RETRY.multipliedBy(1L << Math.min(failures, DOUBLINGS)));
    failures++;
  }

  /** The mall does not know it: it registers first, then sends what it has. */
  void forgotten(Tick now, Instant clock) {
    registered = false;
    reports.addFirst(registration(clock));
    failed(now);
  }
}
