package dev.drover.central.beacon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import dev.drover.central.CentralApplication;
import dev.drover.central.entity.EntityStore;
import dev.drover.central.registry.OrchestratorRegistry;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.Envelope;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.proto.BeaconId;
import dev.drover.proto.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Beacons, access logs and uploads at central, over its real port. */
class BeaconsTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir static Path data;
  private static ConfigurableApplicationContext central;
  private static int port;

  private final String entity = "beacons-" + UUID.randomUUID();
  private final String mall = token(Role.ORCHESTRATOR, "orch-1");
  private final String operator = token(Role.OPERATOR, "op-1");

  private record Answer(int status, JsonNode json, HttpResponse<String> raw) {
    String code() {
      return json.at("/error/code").asText();
    }
  }

  @BeforeAll
  static void start() {
    port = FreePort.pick();
    central =
        SpringApplication.run(
            CentralApplication.class,
            "--drover.home=" + HOME,
            "--drover.data=" + data.resolve("central"),
            "--drover.port=" + port,
            "--drover.grpc.port=0",
            "--server.port=" + FreePort.pick(),
            "--drover.kafka.port=" + FreePort.pick(),
            "--drover.mongo.port=" + FreePort.pick(),
            "--drover.beacons.approval=operator",
            "--drover.limits.beacons=40/1m",
            "--drover.housekeeping.interval=500ms",
            "--drover.step-log=" + HOME.resolve("central/target/executed-steps.txt"));
  }

  @AfterAll
  static void stop() {
    central.close();
  }

  private String token(Role role, String subject) {
    KeyPair key = new FileKeyProvider(data.resolve("central/keys")).signing("central-token");
    return new TokenIssuer(key, Clock.systemUTC())
        .issue(new Grant(subject, role, entity), Duration.ofMinutes(5))
        .value();
  }

  private static Answer send(
      String method, String path, String token, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(20))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<String> answer =
        CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Answer(
        answer.statusCode(), Json.tree(answer.body().getBytes(StandardCharsets.UTF_8)), answer);
  }

  private Answer post(String path, String body, String... headers) throws Exception {
    return send("POST", "/api/orchestrators" + path, mall, body, headers);
  }

  private Answer ask(String path) throws Exception {
    return send("GET", "/api/entities/" + entity + path, operator, null);
  }

  private Answer tell(String path, String body) throws Exception {
    return send("POST", "/api/entities/" + entity + path, operator, body);
  }

  private String registration(String device) throws Exception {
    Path sample = HOME.resolve("proto/samples/1-navign-protocol/6.1-beacon-register-request.json");
    ObjectNode body = Json.object(Files.readAllBytes(sample));
    return body.put("entity_id", entity).put("device_id", device).toString();
  }

  private String beacon(String device) throws Exception {
    Answer answer = post("/beacons/register", registration(device));
    assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
    return answer.json().path("beacon_id").asText();
  }

  private static String heartbeat(String beacon, String more) {
    return "{\"beacon_id\":\"" + beacon + "\",\"status\":\"online\"" + more + "}";
  }

  private static ObjectNode logs(String beacon, String batch, String... entries) throws Exception {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("beacon_id", beacon).put("batch_id", batch).put("total_logs", entries.length);
    ArrayNode logs = body.putArray("logs");
    for (String entry : entries) {
      logs.add(Json.MAPPER.readTree(entry));
    }
    return body;
  }

  private static String log(int minute, String user) {
    return "{\"timestamp\":\"2025-01-08T10:%02d:00Z\",\"user_id\":\"%s\",\"result\":\"success\"}"
        .formatted(minute, user);
  }

  private static void counted(Answer answer, int stored, int duplicates) {
    assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
    assertThat(answer.json().path("stored").asInt()).isEqualTo(stored);
    assertThat(answer.json().path("duplicates").asInt()).isEqualTo(duplicates);
  }

  private static List<String> texts(JsonNode list, String pointer) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(item -> item.at(pointer).asText())
        .toList();
  }

  @Test
  void aDeviceHasOneBeaconHoweverOftenItRegisters() throws Exception {
    Answer first = post("/beacons/register", registration("device-1"));
    assertThat(first.status()).as(first.json().toString()).isEqualTo(200);
    assertThat(first.json().path("beacon_id").asText()).isEqualTo(BeaconId.of(entity, "device-1"));
    assertThat(first.json().path("entity_id").asText()).isEqualTo(entity);
    assertThat(first.json().path("approved").asBoolean(true)).isFalse();
    assertThat(first.json().path("sync_interval_seconds").asInt()).isEqualTo(3600);
    assertThat(first.json().path("firmware_update_available").asBoolean(true)).isFalse();
    String id = first.json().path("beacon_id").asText();
    assertThat(tell("/beacons/" + id + "/approve", null).json().path("approved").asBoolean())
        .isTrue();
    Answer second = post("/beacons/register", registration("device-1"));
    assertThat(second.json().path("beacon_id").asText()).isEqualTo(id);
    assertThat(second.json().path("approved").asBoolean()).as("stays approved").isTrue();
    assertThat(ask("/beacons/status").json().path("beacons")).hasSize(1);
    assertThat(tell("/beacons/nobody/approve", null).code()).isEqualTo("BEACON_NOT_REGISTERED");
  }

  private static ObjectNode sample(String name) throws Exception {
    Path samples = HOME.resolve("proto/samples/1-navign-protocol");
    return Json.object(Files.readAllBytes(samples.resolve(name + ".json")));
  }

  @Test
  void theDocumentsExamplesAreTaken() throws Exception {
    String registration = registration("aabbccddeeff00112233");
    String named = registration.replaceFirst("\\{", "{\"beacon_id\":\"beacon-gate-5\",");
    assertThat(post("/beacons/register", named).status()).isEqualTo(200);
    String command = sample("6.2-beacon-heartbeat-response").at("/commands/0").toString();
    assertThat(tell("/beacons/beacon-gate-5/commands", command).status()).isEqualTo(201);
    String heartbeat = sample("6.2-beacon-heartbeat-request").put("entity_id", entity).toString();
    JsonNode answer = post("/beacons/heartbeat", heartbeat).json();
    ((ObjectNode) answer.at("/commands/0")).remove("command_id");
    assertThat(answer).isEqualTo(sample("6.2-beacon-heartbeat-response"));
    String logs = sample("6.3-access-logs-request").put("entity_id", entity).toString();
    assertThat(post("/beacons/access-logs", logs).json())
        .isEqualTo(sample("6.3-access-logs-response"));
    JsonNode stored = ask("/access-logs").json().path("logs");
    assertThat(stored.findValues("log"))
        .containsExactlyElementsOf(sample("6.3-access-logs-request").path("logs"));
  }

  @Test
  void anIdThatTheMallGaveStaysAndIsNobodyElses() throws Exception {
    String named = registration("d-1").replaceFirst("\\{", "{\"beacon_id\":\"gate-5\",");
    assertThat(post("/beacons/register", named).json().path("beacon_id").asText())
        .isEqualTo("gate-5");
    assertThat(beacon("d-1")).isEqualTo("gate-5");
    Answer thief = post("/beacons/register", named.replace("\"d-1\"", "\"d-2\""));
    assertThat(thief.status()).isEqualTo(409);
    assertThat(thief.code()).isEqualTo("ALREADY_EXISTS");
    assertThat(beacon("d-2")).as("the refusal left nothing").isEqualTo(BeaconId.of(entity, "d-2"));
    assertThat(post("/beacons/register", named.replace("gate-5", "gate-6")).code())
        .isEqualTo("ALREADY_EXISTS");
  }

  @Test
  void whatCannotBeReadChangesNothing() throws Exception {
    for (String bad :
        List.of(
            "{}",
            registration("a b"),
            registration("d").replace("turnstile", ""),
            registration("d").replace("BEGIN PUBLIC", "BEGIN NO"),
            registration("d").replace("2025-01-08T10:00:00Z", "yesterday"))) {
      assertThat(post("/beacons/register", bad).code()).as(bad).isEqualTo("VALIDATION_FAILED");
    }
    String foreign = registration("d").replace(entity, "another-mall");
    assertThat(post("/beacons/register", foreign).code()).isEqualTo("ENTITY_FORBIDDEN");
    assertThat(
            send("POST", "/api/orchestrators/beacons/register", operator, registration("d")).code())
        .isEqualTo("FORBIDDEN");
    assertThat(ask("/beacons/status").json().path("beacons")).isEmpty();
    String beacon = beacon("d");
    assertThat(post("/beacons/heartbeat", heartbeat(beacon, "").replace("online", "fine")).code())
        .isEqualTo("VALIDATION_FAILED");
    for (String bad :
        List.of(
            "{\"beacon_id\":\"" + beacon + "\"}",
            logs(beacon, "b", log(1, "u")).put("total_logs", 2).toString(),
            logs(beacon, "b", "{\"result\":\"success\"}").toString(),
            logs(beacon, "b", "7").toString(),
            page("req-1", 0, true, beacon).toString(),
            page("req-1", 100_001, true, beacon).toString(),
            page("req-1", 1, true, beacon).put("page", "1").toString(),
            page("req-1", 1, true, beacon).put("has_more", "no").toString(),
            "{\"jwe\":\"a.b.c.d.e\"}")) {
      assertThat(post("/beacons/access-logs", bad).code()).as(bad).isEqualTo("VALIDATION_FAILED");
    }
    assertThat(ask("/access-logs").json().path("logs")).isEmpty();
  }

  @Test
  void anUnknownBeaconIsToldSo() throws Exception {
    Answer heartbeat = post("/beacons/heartbeat", heartbeat("nobody", ""));
    assertThat(heartbeat.status()).isEqualTo(404);
    assertThat(heartbeat.code()).isEqualTo("BEACON_NOT_REGISTERED");
    assertThat(post("/beacons/access-logs", logs("nobody", "b", log(1, "u")).toString()).code())
        .isEqualTo("BEACON_NOT_REGISTERED");
    assertThat(tell("/beacons/nobody/commands", "{\"type\":\"restart\"}").code())
        .isEqualTo("BEACON_NOT_REGISTERED");
  }

  @Test
  void aCommandRidesOnHeartbeatsUntilItIsDone() throws Exception {
    String beacon = beacon("d-1");
    assertThat(post("/beacons/heartbeat", heartbeat(beacon, "")).json().path("commands")).isEmpty();
    Answer queued =
        tell("/beacons/" + beacon + "/commands", "{\"type\":\"restart\",\"priority\":\"low\"}");
    assertThat(queued.status()).isEqualTo(201);
    String id = queued.json().path("command_id").asText();
    for (int i = 0; i < 2; i++) {
      Answer answer = post("/beacons/heartbeat", heartbeat(beacon, ""));
      assertThat(answer.json().path("acknowledged").asBoolean()).isTrue();
      assertThat(answer.json().path("next_heartbeat_seconds").asInt()).isEqualTo(3600);
      JsonNode command = answer.json().path("commands").path(0);
      assertThat(command.path("type").asText()).isEqualTo("restart");
      assertThat(command.path("priority").asText()).isEqualTo("low");
      assertThat(command.path("command_id").asText()).isEqualTo(id);
    }
    Answer done =
        post("/beacons/heartbeat", heartbeat(beacon, ",\"commands_done\":[\"" + id + "\"]"));
    assertThat(done.json().path("commands")).isEmpty();
    tell("/beacons/" + beacon + "/commands", "{\"type\":\"restart\"}");
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      sizes.add(post("/beacons/heartbeat", heartbeat(beacon, "")).json().path("commands").size());
    }
    assertThat(sizes).as("five times at most").containsExactly(1, 1, 1, 1, 1, 0);
  }

  @Test
  void operatorsFindBeaconsByState() throws Exception {
    String online = beacon("d-online");
    String silent = beacon("d-silent");
    String fresh = beacon("d-fresh");
    post("/beacons/heartbeat", heartbeat(online, ",\"firmware_version\":\"0.2.0\""));
    Instant old = Instant.now().minus(Duration.ofHours(4));
    post("/beacons/heartbeat", heartbeat(silent, ",\"timestamp\":\"" + old + "\""));
    assertThat(texts(ask("/beacons/status").json().path("beacons"), "/beacon_id"))
        .containsExactlyInAnyOrder(online, silent, fresh);
    assertThat(texts(ask("/beacons/status?status=online").json().path("beacons"), "/beacon_id"))
        .containsExactly(online);
    assertThat(texts(ask("/beacons/status?status=ONLINE").json().path("beacons"), "/beacon_id"))
        .containsExactly(online);
    Answer unknown = ask("/beacons/status?status=zzz");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.json().at("/error/details/field").asText()).isEqualTo("status");
    assertThat(texts(ask("/beacons/status?status=offline").json().path("beacons"), "/beacon_id"))
        .containsExactly(silent);
    assertThat(texts(ask("/beacons/status?version=0.2.0").json().path("beacons"), "/beacon_id"))
        .containsExactly(online);
    assertThat(ask("/beacons/status?area_id=area-gate-1").json().path("beacons")).hasSize(3);
    assertThat(ask("/beacons/status?area_id=area-x").json().path("beacons")).isEmpty();
    String hourAgo = Instant.now().minus(Duration.ofHours(1)).toString();
    assertThat(
            texts(
                ask("/beacons/status?seen_before=" + hourAgo).json().path("beacons"), "/beacon_id"))
        .containsExactlyInAnyOrder(silent, fresh);
    List<String> paged = new ArrayList<>();
    String cursor = "";
    for (int page = 0; page < 3; page++) {
      JsonNode answer = ask("/beacons/status?limit=1&cursor=" + cursor).json();
      paged.addAll(texts(answer.path("beacons"), "/beacon_id"));
      cursor = answer.path("next_cursor").asText();
      assertThat(answer.path("next_cursor").isNull()).isEqualTo(page == 2);
    }
    assertThat(paged).containsExactlyInAnyOrder(online, silent, fresh);
    post(
        "/beacons/heartbeat",
        heartbeat(online, ",\"timestamp\":\"" + old + "\"").replace("online", "error"));
    assertThat(ask("/beacons/status?status=online").json().path("beacons"))
        .as("an older heartbeat from a queue changes nothing")
        .hasSize(1);
  }

  @Test
  void eachLogIsStoredOnce() throws Exception {
    String beacon = beacon("d");
    String twice = log(30, "ada");
    counted(
        post("/beacons/access-logs", logs(beacon, "b-1", twice, twice, log(31, "bob")).toString()),
        3,
        0);
    counted(
        post("/beacons/access-logs", logs(beacon, "b-1", twice, twice, log(31, "bob")).toString()),
        0,
        3);
    counted(
        post(
            "/logs/upload",
            logs(beacon, "b-2", log(32, "bob"), twice).put("request_id", "req-1").toString()),
        1,
        1);
    String named = log(30, "ada").replace("{", "{\"log_id\":\"l-1\",");
    counted(post("/beacons/access-logs", logs(beacon, "b-3", named, named).toString()), 1, 1);
    String other = beacon("d-2");
    counted(post("/beacons/access-logs", logs(other, "b-1", twice).toString()), 1, 0);
    JsonNode all = ask("/access-logs").json();
    assertThat(texts(all.path("logs"), "/log/user_id"))
        .containsExactly("ada", "ada", "bob", "bob", "ada", "ada");
    assertThat(all.at("/logs/3/request_id").asText()).isEqualTo("req-1");
    assertThat(all.path("has_more").asBoolean()).isFalse();
  }

  @Test
  void operatorsPageThroughLogsInStoredOrder() throws Exception {
    String one = beacon("d-1");
    String two = beacon("d-2");
    post(
        "/beacons/access-logs", logs(one, "b-1", log(1, "a"), log(2, "b"), log(3, "c")).toString());
    post("/beacons/access-logs", logs(two, "b-1", log(4, "d")).toString());
    post("/beacons/access-logs", logs(one, "b-2", log(0, "e")).toString());
    List<String> users = new ArrayList<>();
    String cursor = "0-0";
    JsonNode page;
    do {
      page = ask("/access-logs?limit=2&cursor=" + cursor).json();
      users.addAll(texts(page.path("logs"), "/log/user_id"));
      cursor = page.path("cursor").asText();
    } while (page.path("has_more").asBoolean());
    assertThat(users).containsExactly("a", "b", "c", "d", "e");
    assertThat(ask("/access-logs?cursor=" + cursor).json().path("logs")).isEmpty();
    post("/beacons/access-logs", logs(two, "b-2", log(9, "f")).toString());
    assertThat(texts(ask("/access-logs?cursor=" + cursor).json().path("logs"), "/log/user_id"))
        .containsExactly("f");
    assertThat(texts(ask("/access-logs?beacon_id=" + two).json().path("logs"), "/log/user_id"))
        .containsExactly("d", "f");
    String range = "?since=2025-01-08T10:02:00Z&until=2025-01-08T10:04:00Z";
    assertThat(texts(ask("/access-logs" + range).json().path("logs"), "/log/user_id"))
        .containsExactly("b", "c");
    assertThat(ask("/access-logs?cursor=garbage").code()).isEqualTo("VALIDATION_FAILED");
    assertThat(ask("/access-logs?limit=0").code()).isEqualTo("VALIDATION_FAILED");
  }

  @Test
  void logsThatACrashLeftWithoutANumberGetOneWhenTheyComeAgain() throws Exception {
    String beacon = beacon("d");
    String batch = logs(beacon, "b-1", log(1, "a"), log(2, "b")).toString();
    counted(post("/beacons/access-logs", batch), 2, 0);
    MongoDatabase database = central.getBean(MongoDatabase.class);
    // As if central had died between its two writes.
    database
        .getCollection("access_log_order")
        .deleteOne(new Document("_id", entity + "/0000000000000001"));
    database.getCollection("access_log_heads").deleteOne(new Document("_id", entity));
    database
        .getCollection("access_logs")
        .updateMany(
            new Document("_id", new Document("$gt", entity + "/").append("$lt", entity + "0")),
            new Document("$unset", new Document("seq", "")));
    assertThat(ask("/access-logs").json().path("logs")).isEmpty();
    counted(post("/beacons/access-logs", batch), 0, 2);
    assertThat(texts(ask("/access-logs").json().path("logs"), "/log/user_id"))
        .containsExactly("a", "b");
  }

  @Test
  void sealedLogsAreOpenedByCentralOnly() throws Exception {
    JWK key =
        Jwks.parse(send("GET", "/.well-known/jwks.json", null, null).json().toString())
            .getKeys()
            .stream()
            .filter(each -> KeyUse.ENCRYPTION.equals(each.getKeyUse()))
            .findFirst()
            .orElseThrow();
    assertThat(key.isPrivate()).isFalse();
    String beacon = beacon("d");
    byte[] batch = logs(beacon, "b", log(1, "ada")).toString().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 2; i++) {
      String sealed = "{\"jwe\":\"" + Envelope.seal(batch, (ECKey) key) + "\"}";
      assertThat(sealed).doesNotContain("ada");
      Answer answer = post("/beacons/access-logs", sealed, "X-Idempotency-Key", "seal-1");
      counted(answer, 1, 0);
      assertThat(answer.raw().headers().firstValue("Idempotency-Replayed").isPresent())
          .as("known by what is inside")
          .isEqualTo(i == 1);
    }
  }

  @Test
  void reportsAreLimitedPerOrchestrator() throws Exception {
    String beacon = beacon("d");
    Answer answer = post("/beacons/heartbeat", heartbeat(beacon, ""));
    for (int i = 0; i < 40 && answer.status() == 200; i++) {
      answer = post("/beacons/heartbeat", heartbeat(beacon, ""));
    }
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.raw().headers().firstValue("Retry-After")).isPresent();
  }

  @Test
  void anOperatorsRequestReachesTheMallsStream() throws Exception {
    String beacon = beacon("d");
    HttpResponse<java.util.stream.Stream<String>> stream =
        CLIENT.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + port + "/api/orchestrators/events"))
                .header("Authorization", "Bearer " + mall)
                .build(),
            HttpResponse.BodyHandlers.ofLines());
    Answer asked =
        tell(
            "/access-log-requests",
            "{\"beacon_id\":\"" + beacon + "\",\"since\":\"2025-01-08T00:00:00Z\"}");
    assertThat(asked.status()).isEqualTo(202);
    String request = asked.json().path("request_id").asText();
    try (java.util.stream.Stream<String> lines = stream.body()) {
      String told =
          lines
              .filter(line -> line.startsWith("data:") && line.contains(request))
              .findFirst()
              .orElseThrow();
      JsonNode event = Json.tree(told.substring(5).getBytes(StandardCharsets.UTF_8));
      assertThat(event.path("beacon_id").asText()).isEqualTo(beacon);
      assertThat(event.path("since").asText()).isEqualTo("2025-01-08T00:00:00Z");
      assertThat(event.path("event_key").asText()).isEqualTo("access_log_request:" + request);
    }
    MongoDatabase database = central.getBean(MongoDatabase.class);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                database.getCollection("access_log_requests").countDocuments(Filters.exists("owed"))
                    == 0);
    assertThat(
            tell(
                    "/access-log-requests",
                    "{\"beacon_id\":\"nobody\",\"since\":\"2025-01-08T00:00:00Z\"}")
                .code())
        .isEqualTo("BEACON_NOT_REGISTERED");
    assertThat(tell("/access-log-requests", "{\"beacon_id\":\"" + beacon + "\"}").code())
        .isEqualTo("VALIDATION_FAILED");
  }

  /** As a mall answers a request. */
  private static ObjectNode page(
      String request, int page, boolean more, String beacon, String... entries) throws Exception {
    ObjectNode body = logs(beacon, request + "-" + page, entries).put("request_id", request);
    return body.put("page", page).put("has_more", more);
  }

  private String request(String beacon) throws Exception {
    String asked = "{\"beacon_id\":\"" + beacon + "\",\"since\":\"2025-01-08T01:00:00+01:00\"}";
    Answer answer = tell("/access-log-requests", asked);
    assertThat(answer.status()).as(answer.json().toString()).isEqualTo(202);
    return answer.json().path("request_id").asText();
  }

  private JsonNode requested(String id, String status, int pages, int logs) throws Exception {
    Answer answer = ask("/access-log-requests/" + id);
    assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
    JsonNode state = answer.json();
    assertThat(state.path("status").asText()).as(state.toString()).isEqualTo(status);
    assertThat(state.path("pages").asInt()).as(state.toString()).isEqualTo(pages);
    assertThat(state.path("logs").asInt()).as(state.toString()).isEqualTo(logs);
    assertThat(state.path("answered_at").isNull())
        .as(state.toString())
        .isEqualTo(!status.equals("answered"));
    return state;
  }

  private void upload(ObjectNode... bodies) throws Exception {
    List<ObjectNode> items = new ArrayList<>();
    for (ObjectNode body : bodies) {
      String key = UUID.randomUUID().toString();
      items.add(item(items.size() + 1, "access_logs", key, body.toString()));
    }
    Answer answer = post("/uploads", batch("b", items.toArray(ObjectNode[]::new)));
    assertThat(texts(answer.json().path("results"), "/status"))
        .as(answer.json().toString())
        .hasSize(bodies.length)
        .containsOnly("stored");
  }

  @Test
  void aRequestIsAnsweredWhenEachPageCameHoweverOftenAndInWhichOrder() throws Exception {
    String beacon = beacon("d");
    counted(post("/beacons/access-logs", logs(beacon, "b", log(3, "known")).toString()), 1, 0);
    Instant begin = Instant.now().minusMillis(1);
    String id = request(beacon);
    JsonNode open = requested(id, "open", 0, 0);
    assertThat(open.path("request_id").asText()).isEqualTo(id);
    assertThat(open.path("beacon_id").asText()).isEqualTo(beacon);
    assertThat(open.path("since").asText()).isEqualTo("2025-01-08T00:00:00Z");
    Instant asked = Instant.parse(open.path("requested_at").asText());
    assertThat(asked).isBetween(begin, Instant.now());

    ObjectNode first = page(id, 1, true, beacon, log(1, "a"), log(2, "b"));
    ObjectNode second = page(id, 2, true, beacon, log(3, "known"), log(4, "d"));
    ObjectNode third = page(id, 3, false, beacon, log(5, "e"));
    upload(third);
    requested(id, "answering", 1, 1);
    counted(post("/logs/upload", first.toString()), 2, 0);
    upload(first, first);
    requested(id, "answering", 2, 3);
    upload(second, logs(beacon, "b-9", log(9, "z")), third);
    JsonNode answered = requested(id, "answered", 3, 5);
    assertThat(Instant.parse(answered.path("answered_at").asText()))
        .isBetween(asked, Instant.now());
    upload(first, second, third);
    counted(post("/logs/upload", second.toString()), 0, 2);
    assertThat(requested(id, "answered", 3, 5)).isEqualTo(answered);
    assertThat(ask("/access-logs").json().path("logs")).hasSize(6);
  }

  @Test
  void aMallThatBeginsItsAnswerAnewMayHaveMoreToSay() throws Exception {
    String beacon = beacon("d");
    String id = request(beacon);
    ObjectNode first = page(id, 1, true, beacon, log(1, "a"), log(2, "b"));
    ObjectNode lastThen = page(id, 2, false, beacon, log(3, "c"));
    upload(first, lastThen);
    requested(id, "answered", 2, 3);
    upload(first, page(id, 2, true, beacon, log(3, "c"), log(4, "d")));
    requested(id, "answering", 2, 4);
    upload(page(id, 3, false, beacon, log(5, "e")));
    JsonNode answered = requested(id, "answered", 3, 5);
    upload(lastThen);
    assertThat(requested(id, "answered", 3, 5)).as("it was late").isEqualTo(answered);
  }

  @Test
  void aBatchThatSaysNoPageIsTheWholeAnswer() throws Exception {
    String beacon = beacon("d");
    String id = request(beacon);
    ObjectNode whole = logs(beacon, "b", log(1, "a"), log(2, "b")).put("request_id", id);
    upload(whole);
    requested(id, "answered", 1, 2);
    counted(post("/logs/upload", whole.toString()), 0, 2);
    requested(id, "answered", 1, 2);
    String nothing = request(beacon);
    upload(logs(beacon, "b").put("request_id", nothing));
    requested(nothing, "answered", 1, 0);
  }

  @Test
  void logsForARequestThatIsNotTheirsAreStoredAndNothingIsNoted() throws Exception {
    String beacon = beacon("d");
    String id = request(beacon);
    MongoDatabase database = central.getBean(MongoDatabase.class);
    long requests = database.getCollection("access_log_requests").countDocuments();
    upload(
        page(id, 1, false, beacon("d-2"), log(1, "another beacon")),
        page("req-nobody-asked", 1, false, beacon, log(2, "unknown")),
        page("", 1, false, beacon, log(3, "no name")));
    BeaconsTest other = new BeaconsTest();
    other.upload(page(id, 1, false, other.beacon("d"), log(4, "another mall")));
    assertThat(ask("/access-logs").json().path("logs")).hasSize(3);
    assertThat(other.ask("/access-logs").json().path("logs")).hasSize(1);
    requested(id, "open", 0, 0);
    assertThat(database.getCollection("access_log_requests").countDocuments()).isEqualTo(requests);
    Answer foreign = other.ask("/access-log-requests/" + id);
    assertThat(foreign.status()).isEqualTo(404);
    assertThat(foreign.code()).isEqualTo("NOT_FOUND");
    assertThat(ask("/access-log-requests/req-nobody-asked").code()).isEqualTo("NOT_FOUND");
    String path = "/api/entities/" + entity + "/access-log-requests/" + id;
    assertThat(send("GET", path, other.operator, null).code()).isEqualTo("ENTITY_FORBIDDEN");
    assertThat(send("GET", path, mall, null).code()).isEqualTo("FORBIDDEN");
    assertThat(send("GET", path, token(Role.ADMIN, "root"), null).status()).isEqualTo(200);
  }

  @Test
  void aRequestIsForgottenAfterItsTime() throws Exception {
    String id = request(beacon("d"));
    MongoCollection<Document> requests =
        central.getBean(MongoDatabase.class).getCollection("access_log_requests");
    Document key = new Document("_id", entity + "/" + id);
    Document kept = requests.find(key).first();
    assertThat(kept.getDate("expires_at").toInstant())
        .isEqualTo(kept.getDate("requested_at").toInstant().plus(Duration.ofDays(30)));
    requests.updateOne(
        key, new Document("$set", new Document("expires_at", Date.from(Instant.now()))));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> ask("/access-log-requests/" + id).status() == 404);
  }

  private static ObjectNode item(long seq, String type, String key, String body) throws Exception {
    ObjectNode item = Json.MAPPER.createObjectNode();
    item.put("seq", seq).put("type", type).put("idempotency_key", key);
    item.put("created_at", "2025-01-08T10:00:00Z");
    item.set("body", Json.MAPPER.readTree(body));
    return item;
  }

  private static String batch(String id, ObjectNode... items) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("batch_id", id);
    body.putArray("items").addAll(List.of(items));
    return body.toString();
  }

  private JsonNode ledger() throws Exception {
    return send("GET", "/api/orchestrators", operator, null).json().at("/0/uploads");
  }

  @Test
  void aBatchIsDoneInOrderAndARejectedItemDoesNotFailIt() throws Exception {
    central.getBean(EntityStore.class).create(entity, "{\"id\":\"" + entity + "\"}");
    String assigned =
        central
            .getBean(OrchestratorRegistry.class)
            .pin(entity, "orch-1", "k")
            .getString("assigned_id");
    String token = token(Role.ORCHESTRATOR, assigned);
    String beacon = BeaconId.of(entity, "d");
    ObjectNode[] items = {
      item(1, "beacon_heartbeat", "k-1", heartbeat(beacon, "")),
      item(2, "beacon_register", "k-2", registration("d")),
      item(3, "beacon_heartbeat", "k-3", heartbeat(beacon, "")),
      item(4, "access_logs", "k-4", logs(beacon, "b", log(1, "ada")).toString()),
      item(5, "event_ack", "k-5", "{\"event_ids\":[\"evt-1\"]}"),
      item(
          6,
          "sync_changes",
          "k-6",
          "{\"changes\":[{\"type\":\"area\",\"operation\":\"create\",\"id\":\"a-1\",\"base_seq\":0,"
              + "\"data\":{\"id\":\"a-1\"}}]}"),
      item(7, "of_a_later_version", "k-7", "{}"),
      item(8, "beacon_heartbeat", "k-3", heartbeat(beacon, "")),
      item(9, "beacon_register", "k-3", "{}"),
      Json.MAPPER.createObjectNode().put("seq", 10)
    };
    Answer first = send("POST", "/api/orchestrators/uploads", token, batch("b-1", items));
    assertThat(first.status()).as(first.json().toString()).isEqualTo(200);
    assertThat(first.json().path("batch_id").asText()).isEqualTo("b-1");
    assertThat(texts(first.json().path("results"), "/seq"))
        .containsExactly("1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
    assertThat(texts(first.json().path("results"), "/status"))
        .containsExactly(
            "rejected",
            "stored",
            "stored",
            "stored",
            "stored",
            "stored",
            "rejected",
            "duplicate",
            "rejected",
            "rejected");
    assertThat(first.json().at("/results/0/error/code").asText())
        .isEqualTo("BEACON_NOT_REGISTERED");
    assertThat(first.json().at("/results/6/error/code").asText()).isEqualTo("VALIDATION_FAILED");
    assertThat(first.json().at("/results/8/error/code").asText())
        .isEqualTo("IDEMPOTENCY_KEY_REUSED");
    assertThat(first.json().at("/results/1/response/beacon_id").asText()).isEqualTo(beacon);
    assertThat(first.json().at("/results/5/response/results/0/status").asText())
        .isEqualTo("applied");
    assertThat(first.json().at("/receipt/from_seq").asInt()).isEqualTo(1);
    assertThat(first.json().at("/receipt/to_seq").asInt()).isEqualTo(10);
    assertThat(ask("/beacons/status").json().at("/beacons/0/last_seen").asText())
        .as("when it was made, not when it came")
        .isEqualTo("2025-01-08T10:00:00Z");

    Answer again = send("POST", "/api/orchestrators/uploads", token, batch("b-2", items));
    assertThat(texts(again.json().path("results"), "/status"))
        .as("what was refused for its time is tried again")
        .containsExactly(
            "stored",
            "duplicate",
            "duplicate",
            "duplicate",
            "duplicate",
            "duplicate",
            "rejected",
            "duplicate",
            "rejected",
            "rejected");
    assertThat(again.json().at("/results/1/response/beacon_id").asText()).isEqualTo(beacon);
    assertThat(ask("/access-logs").json().path("logs")).hasSize(1);

    JsonNode ledger = ledger();
    assertThat(ledger.path("sent").asInt()).isEqualTo(20);
    assertThat(ledger.path("stored").asInt()).isEqualTo(6);
    assertThat(ledger.path("duplicate").asInt()).isEqualTo(7);
    assertThat(ledger.path("rejected").asInt()).isEqualTo(7);
    assertThat(ledger.path("highest_seq").asInt()).isEqualTo(10);
    assertThat(texts(ledger.path("receipts"), "/batch_id")).containsExactly("b-1", "b-2");
  }

  @Test
  void whatComesInABatchIsToldInTheLogLikeWhatIsPosted() throws Exception {
    ListAppender<ILoggingEvent> told = new ListAppender<>();
    told.start();
    Logger protocol = (Logger) LoggerFactory.getLogger("protocol");
    protocol.addAppender(told);
    try {
      String beacon = beacon("d");
      counted(post("/beacons/access-logs", logs(beacon, "b", log(1, "ada")).toString()), 1, 0);
      assertThat(post("/events/ack", "{\"event_ids\":[\"evt-1\"]}").status()).isEqualTo(200);
      List<String> posted = events(told);
      assertThat(posted)
          .containsExactly("beacon_registered", "access_logs_uploaded", "events_acknowledged");
      told.list.clear();
      String batch =
          batch(
              "b-1",
              item(1, "beacon_register", "k-1", registration("d")),
              item(2, "access_logs", "k-2", logs(beacon, "b", log(1, "ada")).toString()),
              item(3, "event_ack", "k-3", "{\"event_ids\":[\"evt-1\"]}"));
      assertThat(post("/uploads", batch).status()).isEqualTo(200);
      List<String> uploaded = new ArrayList<>(posted);
      uploaded.add("uploads_received");
      assertThat(events(told)).containsExactlyInAnyOrderElementsOf(uploaded);
    } finally {
      protocol.detachAppender(told);
    }
  }

  private List<String> events(ListAppender<ILoggingEvent> told) {
    return List.copyOf(told.list).stream()
        .map(ILoggingEvent::getKeyValuePairs)
        .filter(pairs -> pairs.stream().anyMatch(pair -> entity.equals(pair.value)))
        .flatMap(List::stream)
        .filter(pair -> pair.key.equals("event"))
        .map(pair -> String.valueOf(pair.value))
        .toList();
  }

  @Test
  void aBatchThatIsNoneIsRefusedAsAWhole() throws Exception {
    ObjectNode[] many = new ObjectNode[101];
    for (int i = 0; i < many.length; i++) {
      many[i] = item(i, "event_ack", "k-" + i, "{}");
    }
    Answer tooMany = post("/uploads", batch("b", many));
    assertThat(tooMany.status()).isEqualTo(413);
    assertThat(tooMany.code()).isEqualTo("PAYLOAD_TOO_LARGE");
    for (String bad :
        List.of(
            "{}",
            batch("b"),
            batch("", many[0]),
            batch("b", Json.MAPPER.createObjectNode()),
            "{\"batch_id\":\"b\",\"items\":7}")) {
      assertThat(post("/uploads", bad).code()).as(bad).isEqualTo("VALIDATION_FAILED");
    }
    assertThat(send("POST", "/api/orchestrators/uploads", operator, batch("b", many[0])).code())
        .isEqualTo("FORBIDDEN");
  }

  @Test
  void aKeyIsForgottenAfterItsTime() {
    MongoDatabase database = central.getBean(MongoDatabase.class);
    Document old =
        new Document("_id", "old").append("expires_at", Date.from(Instant.now().minusSeconds(1)));
    database.getCollection("upload_items").insertOne(old);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                database.getCollection("upload_items").find(new Document("_id", "old")).first()
                    == null);
  }
}
