package dev.drover.e2e.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.engine.crypto.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** An entity of its own, on which every POST of the contract is done once. */
final class Scene {
  private static final AtomicInteger SCENES = new AtomicInteger();
  private static final String TIME = "2026-01-08T10:00:00Z";

  private final CentralProcess central;
  private final String prefix;
  private final Mall mall = Mall.fresh("keys");
  private final String entity = mall.entity();
  private final String operator;
  private final String token;
  private final List<Post> posts = new ArrayList<>();

  /**
   * A mall with a registered orchestrator, another that is announced, and a beacon.
   *
   * @param prefix what its keys begin with
   */
  Scene(CentralProcess central, String prefix) {
    this.central = central;
    this.prefix = prefix + SCENES.incrementAndGet() + "-";
    this.operator = central.token(Role.OPERATOR, entity, "olga");
    Api api = central.api();
    Mall second = new Mall(entity, "orch-002");
    expect(201, api.post("/api/entities", central.admin(), "{\"id\":\"" + entity + "\"}"));
    expect(201, api.post("/api/orchestrators", operator, announcement(mall)));
    expect(201, api.post("/api/orchestrators", operator, announcement(second)));
    this.token = mall.register(api).path("token").asText();
    expect(200, api.post("/api/orchestrators/beacons/register", token, beacon("gate-1")));
    fill(second);
  }

  private static void expect(int status, Api.Answer answer) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
  }

  List<Post> posts() {
    return posts;
  }

  private void fill(Mall second) {
    String registration = second.registration();
    String refresh = refresh();
    String data = "/api/entities/" + entity + "/";
    String mine = "/api/orchestrators/";
    add("createEntity", "/api/entities", central.admin(), "{\"id\":\"" + entity + "-b\"}", 201, "");
    add("createItem", data + "merchants", operator, "{\"id\":\"m-1\"}", 201, "m-1");
    add("createItem", data + "merchants", operator, "{\"name\":\"without an id\"}", 201, "\"id\"");
    add("importItems", data + "import", operator, areas(), 200, "\"changed\":3");
    add("announceOrchestrator", "/api/orchestrators", operator, third(), 201, "orch-");
    signed("registerOrchestrator", mine + "register", null, registration, second);
    signed("refreshToken", mine + "token/refresh", token, refresh, mall);
    add("acknowledgeEvents", mine + "events/ack", token, "{\"event_ids\":[\"x\"]}", 200, "unknown");
    add("orchestratorHeartbeat", mine + "heartbeat", token, health(), 200, "");
    add("syncChanges", mine + "sync/changes", token, edit(), 200, "\"applied\"");
    add("registerBeacon", mine + "beacons/register", token, beacon("gate-2"), 200, "gate-2");
    add("beaconHeartbeat", mine + "beacons/heartbeat", token, online(), 200, "acknowledged");
    add("beaconAccessLogs", mine + "beacons/access-logs", token, logs(1), 200, "\"stored\":1");
    add("uploadLogs", mine + "logs/upload", token, logs(2), 200, "\"stored\":1");
    add("uploadBatch", mine + "uploads", token, batch(), 200, "\"status\":\"stored\"");
    add("requestAccessLogs", data + "access-log-requests", operator, asking(), 202, "req-");
    add("approveBeacon", data + "beacons/gate-1/approve", operator, "{}", 200, "true");
    add("commandBeacon", data + "beacons/gate-1/commands", operator, reboot(), 201, "command_id");
  }

  private void add(
      String operation, String path, String caller, String body, int status, String done) {
    String key = prefix + posts.size();
    posts.add(new Post(operation, path, caller, body, null, key, status, done));
  }

  private void signed(String operation, String path, String caller, String body, Mall signer) {
    String key = prefix + posts.size();
    String signature = signer.sign(body);
    posts.add(new Post(operation, path, caller, body, signature, key, 200, "token"));
  }

  private static String announcement(Mall mall) {
    ObjectNode body = Api.JSON.createObjectNode().put("entity_id", mall.entity());
    body.put("orchestrator_id", mall.orchestrator()).put("public_key", mall.publicKey());
    return body.toString();
  }

  private String third() {
    return announcement(new Mall(entity, "orch-003"));
  }

  private String refresh() {
    byte[] claims = Base64.getUrlDecoder().decode(token.split("\\.")[1]);
    ObjectNode body = Api.JSON.createObjectNode().put("orchestrator_id", mall.orchestrator());
    try {
      body.put("token_id", Api.JSON.readTree(claims).path("jti").asText());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return body.put("timestamp", Instant.now().toString()).toString();
  }

  private static String areas() {
    return "{\"areas\":[{\"name\":\"north\"},{\"name\":\"south\"},{\"id\":\"a-1\"}]}";
  }

  private static String health() {
    return "{\"status\":\"healthy\",\"version\":\"0.1.0\"}";
  }

  private String edit() {
    return "{\"entity_id\":\""
        + entity
        + "\",\"changes\":[{\"type\":\"merchant\",\"operation\":\"create\",\"id\":\"m-edge\","
        + "\"base_seq\":0,\"data\":{\"id\":\"m-edge\"}}]}";
  }

  private static String beacon(String id) {
    ObjectNode body = Api.JSON.createObjectNode().put("beacon_id", id);
    return body.put("device_id", "device-" + id).put("device_type", "turnstile").toString();
  }

  private static String online() {
    ObjectNode body = Api.JSON.createObjectNode().put("beacon_id", "gate-1");
    return body.put("status", "online").put("timestamp", TIME).toString();
  }

  private static ObjectNode log(int number) {
    ObjectNode body = Api.JSON.createObjectNode().put("beacon_id", "gate-1");
    body.putArray("logs")
        .addObject()
        .put("log_id", "log-" + number)
        .put("timestamp", TIME)
        .put("result", "success");
    return body;
  }

  private static String logs(int number) {
    return log(number).put("batch_id", "batch-" + number).toString();
  }

  private String batch() {
    ObjectNode body = Api.JSON.createObjectNode().put("entity_id", entity).put("batch_id", "up-1");
    body.putArray("items")
        .addObject()
        .put("seq", 1)
        .put("type", "access_logs")
        .put("idempotency_key", "item-1")
        .put("created_at", TIME)
        .set("body", log(3));
    return body.toString();
  }

  private static String asking() {
    return "{\"beacon_id\":\"gate-1\",\"since\":\"" + TIME + "\"}";
  }

  private static String reboot() {
    return "{\"type\":\"reboot\"}";
  }

  /** Sees from outside that every effect is there, once. */
  void assertEachEffectOnce() {
    String data = "/api/entities/" + entity + "/";
    assertThat(read(data + "merchants").path("data")).as("two created, one edit").hasSize(3);
    assertThat(read(data + "areas").path("data")).as("imported once").hasSize(3);
    assertThat(read(data + "access-logs").path("logs")).as("by three doors").hasSize(3);
    JsonNode beacons = read(data + "beacons/status").path("beacons");
    assertThat(beacons).hasSize(2);
    assertThat(beacons.at("/0/pending_commands").asInt()).as("one command").isEqualTo(1);
    JsonNode malls = read("/api/orchestrators");
    assertThat(malls).as("orchestrators").hasSize(3);
  }

  private JsonNode read(String path) {
    Api.Answer answer = central.api().get(path, operator);
    expect(200, answer);
    return answer.json();
  }
}
