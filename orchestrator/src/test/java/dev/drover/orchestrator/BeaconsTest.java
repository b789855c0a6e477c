package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.drover.engine.crypto.Envelope;
import dev.drover.engine.crypto.Role;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import dev.drover.proto.BeaconId;
import dev.drover.proto.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttToken;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.junit.jupiter.api.Test;

/** The mall's door for beacons in the running application (document 1, sections 6 and 8.1). */
class BeaconsTest extends MallTestBase {
  private static final Map<String, String> MANY =
      Map.of(
          "drover.limits.beacon-requests", "9999/1m",
          "drover.limits.challenges", "9999/1m",
          "drover.limits.failed-signatures", "9999/1m");

  private static void assertRefused(TestMall.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo(code);
    assertThat(answer.json().path("error").has("request_id")).isTrue();
  }

  private void awaitDrained(TestMall mall) {
    UplinkStore store = mall.context.getBean(UplinkStore.class);
    await().atMost(SOON).until(() -> store.ledger().pending() == 0);
    assertThat(store.ledger().balanced()).isTrue();
  }

  private List<JsonNode> uploaded(String type) {
    return central.uploads.all().stream()
        .filter(item -> item.type().equals(type))
        .map(FakeUploads.Stored::body)
        .toList();
  }

  /** What only central can read. */
  private List<JsonNode> logBatches() {
    List<JsonNode> batches = new ArrayList<>();
    for (JsonNode body : uploaded("access_logs")) {
      assertThat(body.size()).as("nothing in the clear").isEqualTo(1);
      batches.add(Json.tree(Envelope.open(body.path("jwe").asText(), central.sealing)));
    }
    return batches;
  }

  @Test
  void aBeaconRegistersReportsAndHandsInItsLogs() {
    try (TestMall mall = settled(MANY)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      TestMall.Answer registered = beacon.register();
      assertThat(registered.status()).as(registered.body()).isEqualTo(200);
      String id = BeaconId.of(FakeCentral.ENTITY, "gate-1");
      assertThat(registered.json())
          .isEqualTo(
              Json.tree(
                  ("{\"beacon_id\":\""
                          + id
                          + "\",\"entity_id\":\"mall-a-uuid\",\"approved\":true,"
                          + "\"sync_interval_seconds\":3600,\"firmware_update_available\":false}")
                      .getBytes(StandardCharsets.UTF_8)));
      TestMall.Answer alive = beacon.heartbeat("online");
      assertThat(alive.body())
          .isEqualTo("{\"acknowledged\":true,\"next_heartbeat_seconds\":3600,\"commands\":[]}");
      TestMall.Answer logs =
          beacon.post("access-logs", beacon.logs("b-1", "l-01", "l-02").toString());
      assertThat(logs.body())
          .isEqualTo("{\"acknowledged\":true,\"batch_id\":\"b-1\",\"stored\":2,\"duplicates\":0}");
      TestMall.Answer again =
          beacon.post("access-logs", beacon.logs("b-1", "l-01", "l-02").toString());
      assertThat(again.body())
          .isEqualTo("{\"acknowledged\":true,\"batch_id\":\"b-1\",\"stored\":0,\"duplicates\":2}");
      awaitDrained(mall);
      assertThat(uploaded("beacon_register")).hasSize(1);
      assertThat(uploaded("beacon_register").get(0).path("beacon_id").asText()).isEqualTo(id);
      assertThat(uploaded("beacon_heartbeat").get(0).path("status").asText()).isEqualTo("online");
      assertThat(logBatches()).hasSize(1);
      assertThat(logBatches().get(0).path("logs")).hasSize(2);
      JsonNode list = mall.get("/api/beacons", operator()).json().path("beacons");
      assertThat(list).hasSize(1);
      assertThat(list.get(0).path("status").asText()).isEqualTo("online");
      assertThat(list.get(0).path("area_id").asText()).isEqualTo("area-gate-1");
    }
  }

  @Test
  void aNonceWorksOnceForItsDeviceAlsoAfterARestart() {
    String nonce;
    String body;
    String signature;
    TestBeacon beacon;
    try (TestMall mall = settled(MANY)) {
      beacon = new TestBeacon(mall, "gate-1");
      beacon.register();
      body = beacon.heartbeatBody("online").toString();
      nonce = beacon.nonce();
      signature = beacon.sign(nonce + body);
      String foreign = new TestBeacon(mall, "gate-2").nonce();
      assertRefused(
          beacon.post("heartbeat", body, foreign, beacon.sign(foreign + body), Map.of()),
          401,
          "AUTH_INVALID_SIGNATURE");
      assertRefused(
          beacon.post("heartbeat", body + " ", nonce, signature, Map.of()),
          401,
          "AUTH_INVALID_SIGNATURE");
      assertThat(beacon.post("heartbeat", body, nonce, signature, Map.of()).status())
          .as("a refused signature uses nothing up")
          .isEqualTo(200);
      assertRefused(
          beacon.post("heartbeat", body, nonce, signature, Map.of()),
          401,
          "AUTH_INVALID_SIGNATURE");
      assertRefused(
          beacon.post("heartbeat", body, "made-up", beacon.sign("made-up" + body), Map.of()),
          401,
          "AUTH_INVALID_SIGNATURE");
      assertRefused(mall.post("/beacons/heartbeat", body, Map.of()), 401, "AUTH_INVALID_SIGNATURE");
      assertRefused(
          mall.post("/beacons/challenge", "{\"device_id\":\"a b\"}", Map.of()),
          400,
          "VALIDATION_FAILED");
    }
    try (TestMall mall = settled(MANY)) {
      Map<String, String> proof =
          Map.of("X-Device-ID", "gate-1", "X-Nonce", nonce, "X-Signature", signature);
      assertRefused(mall.post("/beacons/heartbeat", body, proof), 401, "AUTH_INVALID_SIGNATURE");
    }
  }

  @Test
  void aNonceEnds() {
    Map<String, String> short_ = new HashMap<>(MANY);
    short_.put("drover.beacons.nonce-lifetime", "1ms");
    try (TestMall mall = mall(short_)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      TestMall.Answer given =
          mall.post("/beacons/challenge", "{\"device_id\":\"gate-1\"}", Map.of());
      Instant end = Instant.parse(given.json().path("expires_at").asText());
      await().atMost(SOON).until(() -> Instant.now().isAfter(end));
      String nonce = given.json().path("nonce").asText();
      String body = beacon.registration().toString();
      assertRefused(
          beacon.post("register", body, nonce, beacon.sign(nonce + body), Map.of()),
          401,
          "AUTH_INVALID_SIGNATURE");
    }
  }

  @Test
  void aDeviceKeepsItsFirstKeyUntilAnOperatorForgetsIt() {
    try (TestMall mall = settled(MANY)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      assertThat(beacon.register().status()).isEqualTo(200);
      assertThat(beacon.register().status()).as("the same device again").isEqualTo(200);
      TestBeacon thief = new TestBeacon(mall, "gate-1");
      assertRefused(thief.register(), 401, "AUTH_INVALID_SIGNATURE");
      String taken = thief.registration().put("device_id", "gate-9").toString();
      assertRefused(thief.post("register", taken), 401, "AUTH_INVALID_SIGNATURE");
      TestBeacon other = new TestBeacon(mall, "gate-2");
      ObjectNode asks = other.registration().put("beacon_id", beacon.id());
      TestMall.Answer chosen = other.post("register", asks.toString());
      assertThat(chosen.json().path("beacon_id").asText())
          .as("an id that is another's is not taken")
          .isEqualTo(BeaconId.of(FakeCentral.ENTITY, "gate-2"));
      ObjectNode nowhere = other.registration().put("entity_id", "mall-b");
      assertRefused(other.post("register", nowhere.toString()), 403, "ENTITY_FORBIDDEN");
      ObjectNode keyless = other.registration();
      keyless.remove("public_key");
      assertRefused(other.post("register", keyless.toString()), 400, "VALIDATION_FAILED");
      String path = "/api/beacons/" + beacon.id();
      String orchestrator = central.token(Role.ORCHESTRATOR, FakeCentral.ENTITY);
      assertThat(mall.send("DELETE", path, orchestrator, null).status()).isEqualTo(403);
      assertThat(mall.send("DELETE", path, operator(), null).status()).isEqualTo(204);
      assertThat(mall.send("DELETE", path, operator(), null).status()).isEqualTo(404);
      assertThat(thief.register().status()).as("now it is the device").isEqualTo(200);
    }
  }

  @Test
  void aBeaconSpeaksOnlyForItselfAndNobodySpeaksForItWithAToken() {
    try (TestMall mall = settled(MANY)) {
      TestBeacon first = new TestBeacon(mall, "gate-1");
      TestBeacon second = new TestBeacon(mall, "gate-2");
      first.register();
      assertRefused(
          second.post("heartbeat", "{\"beacon_id\":\"x\"}"), 404, "BEACON_NOT_REGISTERED");
      second.register();
      String others = first.heartbeatBody("online").toString();
      assertRefused(second.post("heartbeat", others), 403, "FORBIDDEN");
      assertRefused(
          second.post("access-logs", first.logs("b", "l-01").toString()), 403, "FORBIDDEN");
      assertRefused(second.heartbeat("dancing"), 400, "VALIDATION_FAILED");
      for (Role role : List.of(Role.MOBILE, Role.OPERATOR, Role.ORCHESTRATOR)) {
        Map<String, String> bearer =
            Map.of("Authorization", "Bearer " + central.token(role, FakeCentral.ENTITY));
        for (String operation : List.of("challenge", "register", "heartbeat", "access-logs")) {
          assertRefused(mall.post("/beacons/" + operation, others, bearer), 403, "FORBIDDEN");
          assertRefused(
              mall.post("/api/orchestrators/beacons/" + operation, others, bearer),
              403,
              "FORBIDDEN");
        }
      }
      String mobile = central.token(Role.MOBILE, FakeCentral.ENTITY);
      assertRefused(mall.get("/api/beacons", mobile), 403, "FORBIDDEN");
      awaitDrained(mall);
      assertThat(uploaded("access_logs")).isEmpty();
      assertThat(uploaded("beacon_heartbeat")).isEmpty();
    }
  }

  /** NP-GEN-10, R-31: phones speak to central only. */
  @Test
  void aPhoneIsRefusedOnEveryOperation() throws Exception {
    try (TestMall mall = settled(MANY)) {
      String phone = central.token(Role.MOBILE, FakeCentral.ENTITY);
      Path file = Path.of(System.getProperty("drover.home"), "proto/openapi/orchestrator.yaml");
      JsonNode paths = new YAMLMapper().readTree(file.toFile()).path("paths");
      List<String> open = new ArrayList<>();
      int refused = 0;
      for (Map.Entry<String, JsonNode> path : paths.properties()) {
        for (String method : List.of("get", "post", "put", "delete")) {
          if (path.getValue().has(method)) {
            String url =
                path.getKey()
                    .replace("{entity_id}", FakeCentral.ENTITY)
                    .replace("{collection}", "areas")
                    .replaceAll("\\{.*?\\}", "1");
            String body = method.equals("get") || method.equals("delete") ? null : "{}";
            int status = mall.send(method.toUpperCase(Locale.ROOT), url, phone, body).status();
            if (status == 403) {
              refused++;
            } else {
              open.add(method + " " + path.getKey() + " " + status);
            }
          }
        }
      }
      assertThat(open).containsExactly("get /health 200");
      assertThat(refused).isGreaterThan(25);
    }
  }

  @Test
  void eachBeaconHasItsOwnShareAndAddressesThatGuessAreToldToWait() {
    Map<String, String> few =
        Map.of(
            "drover.limits.beacon-requests", "3/1m",
            "drover.limits.challenges", "6/1m",
            "drover.limits.failed-signatures", "2/1m");
    try (TestMall mall = settled(few)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      beacon.register();
      assertThat(beacon.heartbeat("online").headers().firstValue("X-RateLimit-Remaining"))
          .hasValue("1");
      assertThat(beacon.heartbeat("online").status()).isEqualTo(200);
      TestMall.Answer fourth = beacon.heartbeat("online");
      assertRefused(fourth, 429, "RATE_LIMIT_EXCEEDED");
      assertThat(fourth.headers().firstValue("Retry-After")).isPresent();
      assertThat(new TestBeacon(mall, "gate-2").register().status()).isEqualTo(200);
      TestBeacon guesser = new TestBeacon(mall, "gate-1");
      String nonce = beacon.nonce();
      for (int i = 0; i < 2; i++) {
        assertRefused(
            guesser.post("heartbeat", "{}", nonce, guesser.sign(nonce), Map.of()),
            401,
            "AUTH_INVALID_SIGNATURE");
      }
      assertRefused(
          guesser.post("heartbeat", "{}", nonce, guesser.sign(nonce), Map.of()),
          429,
          "RATE_LIMIT_EXCEEDED");
      beacon.nonce();
      assertRefused(
          mall.post("/beacons/challenge", "{\"device_id\":\"gate-1\"}", Map.of()),
          429,
          "RATE_LIMIT_EXCEEDED");
    }
  }

  @Test
  void whileCentralIsAwayBeaconsAreServedAndWhatTheySaidArrivesLater() {
    TestBeacon beacon;
    try (TestMall mall = settled(MANY)) {
      central.goAway();
      beacon = new TestBeacon(mall, "gate-1");
      assertThat(beacon.register().json().path("approved").asBoolean()).isTrue();
      for (int i = 10; i < 40; i++) {
        String body = beacon.logs("b-" + i, "l-" + i).toString();
        assertThat(beacon.post("access-logs", body).status()).isEqualTo(200);
      }
      assertThat(beacon.heartbeat("low_battery").status()).isEqualTo(200);
      assertThat(mall.get("/api/uplink/ledger", operator()).json().path("pending").asInt())
          .isEqualTo(32);
    }
    central.listen();
    try (TestMall mall = settled(MANY)) {
      awaitDrained(mall);
      assertThat(logBatches())
          .extracting(batch -> batch.path("batch_id").asText())
          .hasSize(30)
          .isSorted();
      assertThat(uploaded("beacon_register")).hasSize(1);
    }
  }

  @Test
  void aKeyOfTheBeaconsOwnSwallowsNoOtherReport() {
    try (TestMall mall = settled(MANY)) {
      central.goAway();
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      Map<String, String> same = Map.of("X-Idempotency-Key", "always-the-same");
      for (String version : List.of("0.1.8", "0.2.0")) {
        String body = beacon.registration().put("firmware_version", version).toString();
        String nonce = beacon.nonce();
        assertThat(beacon.post("register", body, nonce, beacon.sign(nonce + body), same).status())
            .isEqualTo(200);
      }
      central.listen();
      awaitDrained(mall);
      assertThat(uploaded("beacon_register"))
          .extracting(report -> report.path("firmware_version").asText())
          .containsExactly("0.1.8", "0.2.0");
    }
  }

  @Test
  void aMallThatNeverMetCentralTakesNoLogsThatItCouldNotSeal() {
    central.goAway();
    try (TestMall mall = mall(MANY)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      assertThat(beacon.register().status()).isEqualTo(200);
      String body = beacon.logs("b", "l-01").toString();
      assertRefused(beacon.post("access-logs", body), 503, "CACHE_NOT_READY");
      assertThat(mall.context.getBean(UplinkStore.class).ledger().accepted()).isEqualTo(1);
    }
  }

  @Test
  void aFullQueueIsToldToTheBeaconAndNothingIsKept() {
    Map<String, String> small = new HashMap<>(MANY);
    small.put("drover.uplink.max-bytes", "3000");
    try (TestMall mall = settled(small)) {
      central.goAway();
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      assertThat(beacon.register().status()).isEqualTo(200);
      String first = beacon.logs("b-1", "l-01").toString();
      assertThat(beacon.post("access-logs", first).status()).isEqualTo(200);
      String more = beacon.logs("b-2", "l-02", "l-03", "l-04", "l-05", "l-06").toString();
      assertRefused(beacon.post("access-logs", more), 507, "QUEUE_FULL");
      assertThat(beacon.heartbeat("online").status()).as("it may be dropped").isEqualTo(200);
      central.listen();
      awaitDrained(mall);
      assertThat(beacon.post("access-logs", more).json().path("stored").asInt()).isEqualTo(5);
    }
  }

  @Test
  void centralAsksForLogsAndGetsThemInPagesWithTheIdOfItsRequest() {
    Map<String, String> paged = new HashMap<>(MANY);
    paged.put("drover.beacons.log-page", "2");
    try (TestMall mall = settled(paged)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      beacon.register();
      beacon.post(
          "access-logs", beacon.logs("b-1", "l-01", "l-02", "l-03", "l-04", "l-05").toString());
      awaitDrained(mall);
      central.send(
          "evt-1",
          "access_log_request",
          "{\"beacon_id\":\""
              + beacon.id()
              + "\",\"since\":\"2026-11-21T10:00:02Z\",\"request_id\":\"req-7\"}");
      await().atMost(SOON).until(() -> acked("evt-1"));
      awaitDrained(mall);
      List<JsonNode> pages =
          logBatches().stream().filter(batch -> batch.has("request_id")).toList();
      assertThat(pages).hasSize(2);
      assertThat(pages).allMatch(page -> page.path("request_id").asText().equals("req-7"));
      assertThat(pages)
          .flatExtracting(page -> page.findValuesAsText("log_id"))
          .containsExactly("l-02", "l-03", "l-04", "l-05");
      assertThat(pages).extracting(page -> page.path("page").asInt()).containsExactly(1, 2);
      assertThat(pages)
          .extracting(page -> page.path("has_more").toString())
          .containsExactly("true", "false");
      central.send(
          "evt-2",
          "access_log_request",
          "{\"beacon_id\":\"nobody\",\"since\":\"2026-11-21T10:00:02Z\",\"request_id\":\"r\"}");
      await().atMost(SOON).until(() -> acked("evt-2"));
    }
  }

  @Test
  void anOperatorApprovesABeacon() {
    Map<String, String> byHand = new HashMap<>(MANY);
    byHand.put("drover.beacons.approval", "operator");
    try (TestMall mall = settled(byHand)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      assertThat(beacon.register().json().path("approved").asBoolean(true)).isFalse();
      String path = "/api/beacons/" + beacon.id() + "/approve";
      assertThat(mall.send("POST", path, operator(), null).status()).isEqualTo(200);
      assertThat(beacon.register().json().path("approved").asBoolean()).isTrue();
      assertRefused(
          mall.send("POST", "/api/beacons/nobody/approve", operator(), null),
          404,
          "BEACON_NOT_REGISTERED");
    }
  }

  @Test
  void centralsCommandsReachTheBeaconAndWhatItDidReachesCentral() {
    central.uploads.operation =
        item -> {
          boolean done = item.toString().contains("\"commands_done\":[\"c-1\"]");
          String commands = done ? "[]" : "[{\"type\":\"restart\",\"command_id\":\"c-1\"}]";
          return Json.tree(
              ("{\"acknowledged\":true,\"commands\":" + commands + "}")
                  .getBytes(StandardCharsets.UTF_8));
        };
    try (TestMall mall = settled(MANY)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      beacon.register();
      assertThat(beacon.heartbeat("online").json().path("commands")).isEmpty();
      awaitDrained(mall);
      JsonNode told = beacon.heartbeat("online").json().path("commands");
      assertThat(told.toString()).isEqualTo("[{\"type\":\"restart\",\"command_id\":\"c-1\"}]");
      awaitDrained(mall);
      ObjectNode done = beacon.heartbeatBody("online");
      done.putArray("commands_done").add("c-1");
      assertThat(beacon.post("heartbeat", done.toString()).json().path("commands")).isEmpty();
      awaitDrained(mall);
      beacon.heartbeat("online");
      awaitDrained(mall);
      assertThat(uploaded("beacon_heartbeat"))
          .extracting(report -> report.has("commands_done"))
          .as("told until central does not name the command any more")
          .containsExactly(false, false, true, false);
    }
  }

  @Test
  void centralApprovesABeacon() {
    central.uploads.operation =
        item ->
            Json.MAPPER
                .createObjectNode()
                .put("approved", item.at("/body/device_id").asText().equals("gate-1"));
    Map<String, String> byCentral = new HashMap<>(MANY);
    byCentral.put("drover.beacons.approval", "central");
    try (TestMall mall = settled(byCentral)) {
      TestBeacon one = new TestBeacon(mall, "gate-1");
      TestBeacon two = new TestBeacon(mall, "gate-2");
      assertThat(one.register().json().path("approved").asBoolean(true)).isFalse();
      assertThat(two.register().json().path("approved").asBoolean(true)).isFalse();
      awaitDrained(mall);
      assertThat(one.register().json().path("approved").asBoolean()).isTrue();
      assertThat(two.register().json().path("approved").asBoolean(true)).isFalse();
    }
  }

  private static MqttClient connect(TestMall mall, String device, String user, String password)
      throws MqttException {
    MqttClient client =
        new MqttClient("tcp://127.0.0.1:" + mall.mqtt, device, new MemoryPersistence());
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(user);
    options.setPassword(password.getBytes(StandardCharsets.UTF_8));
    options.setAutomaticReconnect(false);
    client.setTimeToWait(5_000);
    client.connect(options);
    return client;
  }

  /** Whether the broker takes a message: what it refuses it acknowledges with a reason. */
  private static boolean publishes(MqttClient client, String topic, String body) {
    try {
      MqttMessage message = new MqttMessage(body.getBytes(StandardCharsets.UTF_8), 1, false, null);
      MqttToken token = client.getTopic(topic).publish(message);
      token.waitForCompletion(5_000);
      return Arrays.stream(token.getReasonCodes()).noneMatch(reason -> reason >= 0x80);
    } catch (MqttException e) {
      return false;
    }
  }

  @Test
  void aBeaconReportsOverMqttOnItsOwnTopicsOnly() throws Exception {
    try (TestMall mall = settled(MANY)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      beacon.register();
      String nonce = beacon.nonce();
      String password = nonce + "." + beacon.sign(nonce);
      MqttClient client = connect(mall, "gate-1", "gate-1", password);
      String own = "beacons/" + beacon.id() + "/";
      assertThat(publishes(client, own + "heartbeat", "not json")).isTrue();
      assertThat(publishes(client, own + "access-logs", "not json")).isTrue();
      TestBeacon second = new TestBeacon(mall, "gate-2");
      second.register();
      String foreign = second.heartbeatBody("online").toString();
      assertThat(publishes(client, own + "heartbeat", foreign)).isTrue();
      String alive = beacon.heartbeatBody("error").toString();
      assertThat(publishes(client, own + "heartbeat", alive)).isTrue();
      for (int i = 10; i < 20; i++) {
        String logs = beacon.logs("b-" + i, "l-" + i).toString();
        assertThat(publishes(client, own + "access-logs", logs)).isTrue();
      }
      await().atMost(SOON).until(() -> logBatches().size() == 10);
      assertThat(logBatches()).extracting(batch -> batch.path("batch_id").asText()).isSorted();
      await()
          .atMost(SOON)
          .until(
              () ->
                  mall.get("/api/beacons", operator())
                      .json()
                      .findValuesAsText("status")
                      .contains("error"));
      for (String topic :
          List.of("beacons/other/heartbeat", "mall/data_update", own + "commands", "drover/x")) {
        String fresh = beacon.nonce();
        MqttClient one = connect(mall, "gate-1", "gate-1", fresh + "." + beacon.sign(fresh));
        assertThat(publishes(one, topic, alive)).as(topic).isFalse();
        one.disconnectForcibly(0, 1_000);
        one.close(true);
      }
      assertThat(catches(() -> connect(mall, "gate-1", "gate-1", password)))
          .as("a nonce works once")
          .isTrue();
      String other = beacon.nonce();
      assertThat(catches(() -> connect(mall, "gate-2", "gate-1", other + "." + beacon.sign(other))))
          .as("another's session")
          .isTrue();
      assertThat(catches(() -> connect(mall, "gate-1", "gate-1", "x"))).isTrue();
    }
  }

  private static boolean catches(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    try {
      call.call();
      return false;
    } catch (MqttException e) {
      return true;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void nothingThatBeaconsSaidIsInTheClearInTheMallsStoreOrItsQueue() throws Exception {
    try (TestMall mall = settled(MANY)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      beacon.register();
      central.goAway();
      String registration =
          beacon.registration().put("hardware_revision", "user-secret-02").toString();
      assertThat(beacon.post("register", registration).status()).isEqualTo(200);
      String logs = beacon.logs("b-1", "secret-01").toString();
      assertThat(beacon.post("access-logs", logs).status()).isEqualTo(200);
      assertThat(mall.context.getBean(UplinkStore.class).ledger().pending()).isGreaterThan(1);
      assertNothingIsReadable();
      central.listen();
      awaitDrained(mall);
    }
    assertNothingIsReadable();
  }

  private void assertNothingIsReadable() throws IOException {
    int files = 0;
    try (Stream<Path> all = Files.walk(data)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = data.relativize(file).toString();
        if (name.startsWith("mall.db") || name.startsWith("mqtt")) {
          assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
              .as(name)
              .doesNotContain("user-secret-0");
          files++;
        }
      }
    }
    assertThat(files).as("files of store and queue").isGreaterThan(1);
  }
}
