package dev.drover.central;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.mongodb.client.MongoDatabase;
import dev.drover.central.entity.EntityStore;
import dev.drover.central.registry.OrchestratorRegistry;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.proto.Json;
import dev.drover.proto.WrongMessages;
import dev.drover.proto.WrongMessages.Wrong;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What comes in is checked by its schema at every operation of the contract that takes a body: each
 * field in each wrong type, missing, twice, as half a surrogate pair and as bytes that are no UTF-8
 * is refused with its name, and nothing has changed.
 */
class StrictBodiesTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String ENTITY = "strict";
  private static final String BEACON = "beacon-gate-5";
  private static final KeyPair KEY = PrivateKeys.generate();

  /** Another form of the same operations, or without a schema for a reason of their own. */
  private static final List<String> ELSEWHERE = List.of("refreshToken", "importItems");

  @TempDir static Path data;
  private static ConfigurableApplicationContext central;
  private static int port;

  /** An operation that takes a body. */
  private record Door(String method, String path, Role role, String schema, ObjectNode right) {}

  private static final Map<String, Door> DOORS = new LinkedHashMap<>();

  @BeforeAll
  static void start() throws Exception {
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
            "--drover.limits.beacons=99999/1m",
            "--drover.limits.heartbeat=99999/1m",
            "--drover.limits.register=99999/1m",
            "--drover.limits.failed-signatures=99999/1m",
            "--drover.step-log=" + HOME.resolve("central/target/executed-steps.txt"));
    central.getBean(EntityStore.class).create(ENTITY, "{\"id\":\"strict\"}");
    String api = "/api/orchestrators";
    String entity = "/api/entities/" + ENTITY;
    door("announceOrchestrator", "POST", api, Role.OPERATOR, "announcement-request");
    door("registerOrchestrator", "POST", api + "/register", null, "register-request");
    door("acknowledgeEvents", "POST", api + "/events/ack", Role.ORCHESTRATOR, "event-ack-request");
    door(
        "orchestratorHeartbeat",
        "POST",
        api + "/heartbeat",
        Role.ORCHESTRATOR,
        "heartbeat-request");
    door("syncChanges", "POST", api + "/sync/changes", Role.ORCHESTRATOR, "sync-changes-request");
    door(
        "registerBeacon",
        "POST",
        api + "/beacons/register",
        Role.ORCHESTRATOR,
        "beacon-register-request");
    door(
        "beaconHeartbeat",
        "POST",
        api + "/beacons/heartbeat",
        Role.ORCHESTRATOR,
        "beacon-heartbeat-request");
    door(
        "beaconAccessLogs",
        "POST",
        api + "/beacons/access-logs",
        Role.ORCHESTRATOR,
        "access-logs-request");
    door("uploadLogs", "POST", api + "/logs/upload", Role.ORCHESTRATOR, "access-logs-request");
    door("uploadBatch", "POST", api + "/uploads", Role.ORCHESTRATOR, "upload-envelope");
    door("createEntity", "POST", "/api/entities", Role.ADMIN, "document");
    door("replaceEntity", "PUT", entity, Role.OPERATOR, "document");
    door(
        "requestAccessLogs",
        "POST",
        entity + "/access-log-requests",
        Role.OPERATOR,
        "access-log-query");
    door(
        "commandBeacon",
        "POST",
        entity + "/beacons/b-1/commands",
        Role.OPERATOR,
        "beacon-command-request");
    String reason = "revocation-request";
    door("revokeOrchestrator", "POST", api + "/orch-1/revoke", Role.OPERATOR, reason);
    door("revokeBeacon", "POST", entity + "/beacons/b-1/revoke", Role.OPERATOR, reason);
    String restore = "restore-request";
    door("restoreOrchestrator", "POST", api + "/orch-1/restore", Role.OPERATOR, restore);
    door("restoreBeacon", "POST", entity + "/beacons/b-1/restore", Role.OPERATOR, restore);
    String decision = "decision-request";
    String asked = "/api/registrations/reg-1/";
    door("approveRegistration", "POST", asked + "approve", Role.OPERATOR, decision);
    door("rejectRegistration", "POST", asked + "reject", Role.OPERATOR, decision);
    door("rotateSigningKey", "POST", "/api/keys/rotate", Role.ADMIN, reason);
    door("retireSigningKey", "POST", "/api/keys/k-1/retire", Role.ADMIN, reason);
    door("createItem", "POST", entity + "/areas", Role.OPERATOR, "document");
    door("replaceItemByBody", "PUT", entity + "/areas", Role.OPERATOR, "document");
    door("replaceItem", "PUT", entity + "/areas/area-1", Role.OPERATOR, "document");
    ObjectNode registration = DOORS.get("registerOrchestrator").right();
    registration.put("public_key", PublicKeys.toPem((ECPublicKey) KEY.getPublic()));
    tokens();
    Door register = DOORS.get("registerBeacon");
    byte[] known = register.right().put("beacon_id", BEACON).toString().getBytes(UTF_8);
    assertThat(send(register, known).statusCode()).isEqualTo(200);
    // A heartbeat is refused from a stranger before anything else is.
    central.getBean(OrchestratorRegistry.class).pin(ENTITY, "orchestrator-1", "a key");
    DOORS.get("orchestratorHeartbeat").right().put("orchestrator_id", "orchestrator-1");
  }

  private static void door(String id, String method, String path, Role role, String schema)
      throws Exception {
    ObjectNode right = WrongMessages.sample(HOME, schema);
    if (right.has("entity_id")) {
      // Another entity's is refused before anything else is.
      right.put("entity_id", ENTITY);
    }
    if (right.has("beacon_id")) {
      right.put("beacon_id", BEACON);
    }
    DOORS.put(id, new Door(method, path, role, schema, right));
  }

  @AfterAll
  static void stop() {
    central.close();
  }

  private static Map<Role, String> tokens;

  private static void tokens() {
    KeyPair key = new FileKeyProvider(data.resolve("central/keys")).signing("central-token");
    TokenIssuer issuer = new TokenIssuer(key, Clock.systemUTC());
    tokens = new LinkedHashMap<>();
    for (Role role : List.of(Role.ADMIN, Role.OPERATOR, Role.ORCHESTRATOR)) {
      String entity = role == Role.ADMIN ? "*" : ENTITY;
      Grant grant = new Grant(role.wire() + "-1", role, entity);
      tokens.put(role, issuer.issue(grant, Duration.ofMinutes(5)).value());
    }
  }

  private static HttpResponse<String> send(Door door, byte[] body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + door.path()))
            .timeout(Duration.ofSeconds(20))
            .method(door.method(), HttpRequest.BodyPublishers.ofByteArray(body));
    if (door.role() == null) {
      Signature signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(KEY.getPrivate());
      signer.update(body);
      request.header("X-Signature", Base64.getEncoder().encodeToString(signer.sign()));
    } else {
      request.header("Authorization", "Bearer " + tokens.get(door.role()));
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String state() {
    return Stored.in(central.getBean(MongoDatabase.class));
  }

  /** Nothing when it is refused as it must be. */
  private static List<String> fault(HttpResponse<String> answer, String field, String what) {
    JsonNode error = Json.tree(answer.body().getBytes(UTF_8)).path("error");
    boolean right =
        answer.statusCode() == 400
            && error.path("code").asText().equals("VALIDATION_FAILED")
            && error.at("/details/field").asText().equals(field);
    return right ? List.of() : List.of(what + " → " + answer.body());
  }

  private List<String> faults(Function<WrongMessages, List<Wrong>> which) throws Exception {
    String before = state();
    List<String> faults = new ArrayList<>();
    int tried = 0;
    for (Map.Entry<String, Door> each : DOORS.entrySet()) {
      Door door = each.getValue();
      JsonNode schema = WrongMessages.schema(HOME, door.schema());
      for (Wrong wrong : which.apply(new WrongMessages(schema, door.right()))) {
        String what = each.getKey() + " " + wrong.what();
        faults.addAll(fault(send(door, wrong.body()), wrong.field(), what));
        tried++;
      }
    }
    assertThat(tried).isGreaterThan(DOORS.size());
    assertThat(state()).isEqualTo(before);
    return faults;
  }

  @Test
  void b7EveryFieldOfEveryOperationIsRefusedInEachWrongType() throws Exception {
    assertThat(faults(WrongMessages::types)).isEmpty();
  }

  @Test
  void aFieldThatIsMissingIsNamed() throws Exception {
    assertThat(faults(WrongMessages::missing)).isEmpty();
  }

  @Test
  void aFieldThatStandsTwiceIsNamed() throws Exception {
    assertThat(faults(WrongMessages::repeated)).isEmpty();
  }

  @Test
  void b1HalfAPairAndBadBytesAreRefusedInEveryText() throws Exception {
    assertThat(faults(WrongMessages::texts)).isEmpty();
  }

  @Test
  void whatIsNoJsonObjectInUtf8IsRefused() throws Exception {
    assertThat(faults(WrongMessages::encodings)).isEmpty();
    assertThat(faults(WrongMessages::noObjects)).isEmpty();
  }

  @Test
  void b11WhoProvesNothingIsRefusedBeforeItsBodyIsRead() throws Exception {
    String before = state();
    for (Map.Entry<String, Door> door : DOORS.entrySet()) {
      for (String body : List.of("nonsense", "{}", "\ud83d")) {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + door.getValue().path()))
                .timeout(Duration.ofSeconds(20))
                .method(door.getValue().method(), HttpRequest.BodyPublishers.ofString(body))
                .build();
        assertThat(CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
            .as(door.getKey())
            .isEqualTo(401);
      }
    }
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void b1AnIdInAPathIsUnicode() throws Exception {
    String before = state();
    String token = tokens.get(Role.OPERATOR);
    for (String bad : List.of("%ED%A0%80", "a%ED%B0%80", "%C0%AF", "%FF", "%ED%A0%BD%ED%B8%80")) {
      for (String path :
          List.of("/api/entities/" + ENTITY + "/areas/", "/api/entities/", "/api/orchestrators/")) {
        for (String method : List.of("GET", "PUT", "DELETE", "POST")) {
          HttpRequest request =
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path + bad))
                  .timeout(Duration.ofSeconds(20))
                  .header("Authorization", "Bearer " + token)
                  .method(method, HttpRequest.BodyPublishers.ofString("{}"))
                  .build();
          HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
          assertThat(answer.statusCode()).as(method + path + bad).isEqualTo(400);
          assertThat(answer.body()).contains("VALIDATION_FAILED");
        }
      }
    }
    assertThat(state()).isEqualTo(before);
  }

  private static HttpResponse<String> load(String json) throws Exception {
    String path = "/api/entities/" + ENTITY + "/import";
    return send(new Door("POST", path, Role.OPERATOR, "", null), json.getBytes(UTF_8));
  }

  @Test
  void b3AnImportDropsNothingWithoutAWord() throws Exception {
    String before = state();
    List<String> faults = new ArrayList<>();
    Map<String, String> wrong = new LinkedHashMap<>();
    wrong.put("{\"areas\":[{\"id\":17},{\"id\":\"17\"}]}", "areas[1].id");
    wrong.put("{\"Areas\":[{\"id\":\"a\"}]}", "Areas");
    wrong.put("{\"features\":[]}", "features");
    wrong.put("{\"areas\":\"abc\"}", "areas");
    wrong.put("{\"areas\":null}", "areas");
    wrong.put("{\"areas\":[{\"id\":\"a\"},5]}", "areas[1]");
    wrong.put("{\"areas\":[{\"id\":\"a\"},{\"id\":\"..\"}]}", "areas[1].id");
    wrong.put("{\"areas\":[{\"id\":\"a\",\"name\":\"Caf\\ud83d\"}]}", "areas[0].name");
    wrong.put("{\"areas\":[{\"id\":\"a\",\"v\":1e999}]}", "areas[0]");
    // Random input found it: Java has no number with such an exponent.
    wrong.put("{\"areas\":[{\"id\":\"a\",\"v\":98888888e8888888880}]}", "areas[0]");
    wrong.put("{\"areas\":[{\"id\":\"a\"}],\"areas\":[]}", "areas");
    wrong.put("{\"areas\":[{\"id\":\"a\"}]", "areas");
    wrong.put("{\"areas\":[{\"id\":\"a\"}]} {}", "$");
    wrong.put("[]", "$");
    wrong.put("", "$");
    for (Map.Entry<String, String> each : wrong.entrySet()) {
      faults.addAll(fault(load(each.getKey()), each.getValue(), each.getKey()));
    }
    assertThat(faults).isEmpty();
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void b12AnImportOfAnotherEntityIsRefused() throws Exception {
    String other = "{\"entity\":{\"id\":\"F\"},\"areas\":[{\"id\":\"a\"}]}";
    assertThat(fault(load(other), "entity.id", other)).isEmpty();
    HttpResponse<String> own = load("{\"entity\":{\"id\":\"" + ENTITY + "\"},\"areas\":[]}");
    assertThat(own.statusCode()).isEqualTo(200);
    assertThat(own.body()).contains("\"imported\":0");
  }

  @Test
  void b2APathNeverMeansAnotherResource() throws Exception {
    for (String step : List.of("%2E%2E", "%2e.", "%2E")) {
      String path = "/api/entities/" + ENTITY + "/connections/" + step;
      Door door = new Door("PUT", path, Role.OPERATOR, "", null);
      assertThat(send(door, "{\"name\":\"mine\"}".getBytes(UTF_8)).statusCode())
          .as(path)
          .isEqualTo(400);
    }
    assertThat(central.getBean(EntityStore.class).entity(ENTITY)).contains("{\"id\":\"strict\"}");
  }

  @Test
  void everyOperationThatTakesABodyIsTried() throws Exception {
    JsonNode contract =
        new YAMLMapper().readTree(HOME.resolve("proto/openapi/central.yaml").toFile());
    TreeSet<String> takeABody = new TreeSet<>();
    for (JsonNode path : contract.path("paths")) {
      for (JsonNode operation : path) {
        if (operation.has("requestBody")) {
          takeABody.add(operation.path("operationId").asText());
        }
      }
    }
    ELSEWHERE.forEach(takeABody::remove);
    assertThat(DOORS.keySet()).containsExactlyInAnyOrderElementsOf(takeABody);
  }
}
