package dev.drover.e2e.harness;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.proto.BeaconId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A beacon that reports one thing after the other, each until the mall has acknowledged it, and
 * only then writes it into its oracle: a file of this JVM that no process under test can reach.
 */
final class SimulatedBeacon {
  private static final String REGISTERED = "registered ";
  private static final String HEARTBEAT = "heartbeat ";
  private static final String LOG = "log ";

  private final BeaconFleet fleet;
  private final String device;
  private final String beaconId;
  private final Random random;
  private final Path oracle;
  private final KeyPair key = PrivateKeys.generate();
  private int logs;
  private int firmware;

  SimulatedBeacon(BeaconFleet fleet, String device, long seed) throws IOException {
    this.fleet = fleet;
    this.device = device;
    this.beaconId = BeaconId.of(fleet.entity(), device);
    this.random = new Random(seed);
    this.oracle = fleet.oracles().resolve(device + ".txt");
    Files.deleteIfExists(oracle);
  }

  String beaconId() {
    return beaconId;
  }

  /** Registers, and reports: mostly access logs, now and then how it is, or new firmware. */
  void report() {
    register();
    while (fleet.next()) {
      int what = random.nextInt(100);
      if (what < 2) {
        register();
      } else if (what < 20) {
        heartbeat();
      } else {
        accessLogs(1 + random.nextInt(3));
      }
    }
  }

  private void register() {
    String version = "1.0." + firmware++;
    ObjectNode body = Api.JSON.createObjectNode();
    body.put("device_id", device).put("device_type", "turnstile").put("firmware_version", version);
    body.put("public_key", PublicKeys.toPem((ECPublicKey) key.getPublic()));
    body.put("registered_at", Instant.now().toString());
    body.putArray("capabilities").add("unlock");
    deliver("register", body);
    note(REGISTERED + version);
  }

  /** Without its firmware's version: this one may come after a later registration. */
  private void heartbeat() {
    String now = Instant.ofEpochMilli(System.currentTimeMillis()).toString();
    ObjectNode body = Api.JSON.createObjectNode();
    body.put("beacon_id", beaconId).put("entity_id", fleet.entity()).put("status", "online");
    body.put("uptime_seconds", logs).put("battery_percent", 80).put("timestamp", now);
    deliver("heartbeat", body);
    note(HEARTBEAT + now);
  }

  private void accessLogs(int count) {
    ObjectNode body = Api.JSON.createObjectNode();
    body.put("beacon_id", beaconId).put("entity_id", fleet.entity());
    body.put("batch_id", device + "-" + logs).put("total_logs", count);
    ArrayNode entries = body.putArray("logs");
    StringBuilder noted = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String id = String.format("%s-%06d", device, logs++);
      entries
          .addObject()
          .put("log_id", id)
          .put("timestamp", Instant.now().toString())
          .put("user_id", "user-" + random.nextInt(1000))
          .put("device_id", device)
          .put("result", "success")
          .put("method", "nfc")
          .put("duration_ms", 120)
          .put("error", fleet.padding());
      noted.append(i == 0 ? "" : "\n").append(LOG).append(id);
    }
    deliver("access-logs", body);
    note(noted.toString());
  }

  /** Sends the same report until it is acknowledged. */
  private void deliver(String operation, ObjectNode report) {
    String body = report.toString();
    while (!Thread.currentThread().isInterrupted()) {
      try {
        if (fleet.count(send(operation, body))) {
          return;
        }
      } catch (IOException e) {
        // The mall is down or was killed under the request: nobody knows whether it is stored.
        fleet.countLost();
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20 + random.nextInt(80)));
    }
  }

  private Api.Answer send(String operation, String body) throws IOException {
    String asking = Api.JSON.createObjectNode().put("device_id", device).toString();
    Api.Answer challenge = fleet.mall().call("POST", "/beacons/challenge").json(asking).trySend();
    if (challenge.status() != 200) {
      return challenge;
    }
    String nonce = challenge.json().path("nonce").asText();
    return fleet
        .mall()
        .call("POST", "/beacons/" + operation)
        .json(body)
        .header("X-Device-ID", device)
        .header("X-Nonce", nonce)
        .header("X-Signature", sign(nonce + body))
        .trySend();
  }

  private String sign(String text) {
    try {
      Signature signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(key.getPrivate());
      signer.update(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void note(String lines) {
    if (Thread.currentThread().isInterrupted()) {
      return;
    }
    try {
      Files.writeString(oracle, lines + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> noted(String kind) {
    try {
      return Files.readAllLines(oracle).stream()
          .filter(line -> line.startsWith(kind))
          .map(line -> line.substring(kind.length()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The ids of the logs that the mall has acknowledged, in order. */
  List<String> logs() {
    return noted(LOG);
  }

  /** The firmware of the last acknowledged registration. */
  String firmware() {
    List<String> versions = noted(REGISTERED);
    return versions.get(versions.size() - 1);
  }

  /** The times of the acknowledged heartbeats, in order. */
  List<String> heartbeats() {
    return noted(HEARTBEAT);
  }
}
