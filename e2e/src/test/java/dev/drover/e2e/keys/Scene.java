package dev.drover.e2e.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoDatabase;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.engine.crypto.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.bson.Document;

/** An entity of its own, on which every POST of the contract is done once. */
final class Scene {
  private static final AtomicInteger SCENES = new AtomicInteger();
  private static final String WHY = "{\"reason\":\"stolen\"}";
  private static final String STOLEN = "stolen-1";
  private static final String FOUND = "found-1";
  private static final String APPROVED = "approved";
  private static final String REJECTED = "rejected";
  private static final String TIME = "2026-01-08T10:00:00Z";

  private final CentralProcess central;
  private final MongoDatabase kept;
  private final int number = SCENES.incrementAndGet();
  private final IntPredicate held;
  private final Mall mall = Mall.fresh("keys");
  private final String entity = mall.entity();
  private final String former;
  private final String operator;
  private final String token;
  private final List<Post> posts = new ArrayList<>();

  /**
   * A mall with a registered orchestrator, others that are announced, one of which is revoked, and
   * beacons, one of which is shut out; a former signing key of its own, which no token here needs.
   *
   * @param kept what central keeps
   * @param held which of its requests are held, by their number from 0
   */
  Scene(CentralProcess central, MongoDatabase kept, IntPredicate held) {
    this.central = central;
    this.kept = kept;
    this.held = held;
    Api api = central.api();
    Api.Answer rotated = api.post("/api/keys/rotate", central.admin(), WHY);
    expect(200, rotated);
    this.former = rotated.json().path("former_kid").asText();
    this.operator = central.token(Role.OPERATOR, entity, "olga");
    Mall second = new Mall(entity, "orch-002");
    expect(201, api.post("/api/entities", central.admin(), "{\"id\":\"" + entity + "\"}"));
    expect(201, api.post("/api/orchestrators", operator, announcement(mall)));
    expect(201, api.post("/api/orchestrators", operator, announcement(second)));
    this.token = mall.register(api).path("token").asText();
    for (String stolen : List.of(STOLEN, FOUND)) {
      expect(201, api.post("/api/orchestrators", operator, announcement(new Mall(entity, stolen))));
    }
    for (String gate : List.of("gate-1", STOLEN, FOUND)) {
      expect(200, api.post("/api/orchestrators/beacons/register", token, beacon(gate)));
    }
    expect(200, api.post("/api/orchestrators/" + FOUND + "/revoke", operator, WHY));
    expect(
        200, api.post("/api/entities/" + entity + "/beacons/" + FOUND + "/revoke", operator, WHY));
    kept.getCollection("registration_requests")
        .insertMany(List.of(asked(APPROVED), asked(REJECTED)));
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
    takenBack(data + "beacons/", mine);
  }

  /** Each answer names what was done, so that of another try would differ. */
  private void takenBack(String data, String orchestrators) {
    String revoked = "revoked_at";
    String restored = "restored_at";
    add("revokeOrchestrator", orchestrators + STOLEN + "/revoke", operator, WHY, 200, revoked);
    add("restoreOrchestrator", orchestrators + FOUND + "/restore", operator, WHY, 200, restored);
    add("revokeBeacon", data + STOLEN + "/revoke", operator, WHY, 200, revoked);
    add("restoreBeacon", data + FOUND + "/restore", operator, WHY, 200, restored);
    decided("approve", APPROVED);
    decided("reject", REJECTED);
    String admin = central.admin();
    add(
        "rotateSigningKey",
        "/api/keys/rotate",
        admin,
        "{\"reason\":\"" + entity + "\"}",
        200,
        "kid");
    add("retireSigningKey", "/api/keys/" + former + "/retire", admin, WHY, 200, "retired");
  }

  private void decided(String decision, String state) {
    String path = "/api/registrations/" + entity + "-" + state + "/" + decision;
    add(decision + "Registration", path, operator, "{}", 200, "\"state\":\"" + state + "\"");
  }

  /** As central keeps it where a registration waits for an operator. */
  private Document asked(String state) {
    Date now = new Date();
    return new Document("_id", entity + "/" + state + "#key")
        .append("registration_id", entity + "-" + state)
        .append("entity_id", entity)
        .append("orchestrator_id", state)
        .append("key_id", "key")
        .append("state", "pending")
        .append("first_asked_at", now)
        .append("asked_at", now);
  }

  private void add(
      String operation, String path, String caller, String body, int status, String done) {
    posts.add(new Post(operation, path, caller, body, null, key(), status, done));
  }

  private void signed(String operation, String path, String caller, String body, Mall signer) {
    String signature = signer.sign(body);
    posts.add(new Post(operation, path, caller, body, signature, key(), 200, "token"));
  }

  private String key() {
    return (held.test(posts.size()) ? Post.HELD : "plain-") + number + "-" + posts.size();
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
    assertThat(beacons).hasSize(4);
    assertThat(beacons.findValuesAsText("pending_commands"))
        .as("one command for one beacon")
        .containsExactlyInAnyOrder("1", "0", "0", "0");
    JsonNode malls = read("/api/orchestrators");
    assertThat(malls).as("orchestrators").hasSize(6);
    assertEachIsTakenBackOnce();
  }

  /** What cannot be seen from outside is looked up where central keeps it. */
  private void assertEachIsTakenBackOnce() {
    for (String id : List.of(STOLEN, FOUND)) {
      Document mall = one("orchestrators", "_id", entity + "/" + id);
      assertThat(mall.getInteger("generation")).as("generation of " + id).isEqualTo(1);
      assertThat(mall.containsKey("revoked_at")).as(id).isEqualTo(id.equals(STOLEN));
      Document beacon = one("beacons", "_id", entity + "/" + id);
      assertThat(beacon.containsKey("revoked_at")).as(id).isEqualTo(id.equals(STOLEN));
    }
    Document list = one("beacon_revocations", "_id", entity);
    assertThat(list.getLong("version")).as("one of the scene, one of each POST").isEqualTo(3);
    assertThat(list.getList("beacon_ids", String.class)).containsExactly(STOLEN);
    assertThat(audited("target", entity + "/" + STOLEN))
        .containsExactlyInAnyOrder("orchestrator_revoked", "beacon_revoked");
    assertThat(audited("target", entity + "/" + FOUND))
        .containsExactlyInAnyOrder(
            "orchestrator_revoked", "beacon_revoked", "orchestrator_restored", "beacon_restored");
    for (String state : List.of(APPROVED, REJECTED)) {
      String id = entity + "/" + state + "#key";
      assertThat(one("registration_requests", "_id", id).getString("state")).isEqualTo(state);
      assertThat(audited("target", id)).containsExactly("registration_" + state);
    }
    assertThat(audited("reason", entity)).containsExactly("signing_key_rotated");
    assertThat(audited("target", former))
        .containsExactlyInAnyOrder("signing_key_rotated", "signing_key_retired");
  }

  private Document one(String collection, String field, String value) {
    return kept.getCollection(collection).find(new Document(field, value)).first();
  }

  private List<String> audited(String field, String value) {
    return kept.getCollection("audit")
        .find(new Document(field, value))
        .map(entry -> entry.getString("action"))
        .into(new ArrayList<>());
  }

  private JsonNode read(String path) {
    Api.Answer answer = central.api().get(path, operator);
    expect(200, answer);
    return answer.json();
  }
}
