package dev.drover.central;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
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
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What comes in is checked by its schema at every operation of the contract that takes a body: each
 * field in each wrong type, as half a surrogate pair and as bytes that are no UTF-8 is refused with
 * its name, and nothing has changed.
 */
class StrictBodiesTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String ENTITY = "strict";
  private static final String BEACON = "beacon-gate-5";
  private static final KeyPair KEY = PrivateKeys.generate();

  /** Another form of the same operations, or without a schema for a reason of their own. */
  private static final List<String> ELSEWHERE =
      List.of("refreshToken", "importItems", "restoreOrchestrator", "restoreBeacon");

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
    ObjectNode right = Json.object(Files.readAllBytes(sample(schema)));
    if (right.has("entity_id")) {
      // Another entity's is refused before anything else is.
      right.put("entity_id", ENTITY);
    }
    if (right.has("beacon_id")) {
      right.put("beacon_id", BEACON);
    }
    DOORS.put(id, new Door(method, path, role, schema, right));
  }

  /** The sample that says most: the contract's own, else that of document 1. */
  private static Path sample(String schema) throws Exception {
    Path own = HOME.resolve("proto/samples/contract/" + schema + ".json");
    if (Files.exists(own)) {
      return own;
    }
    try (var files = Files.list(HOME.resolve("proto/samples/1-navign-protocol"))) {
      return files.filter(file -> name(file).equals(schema + ".json")).findFirst().orElseThrow();
    }
  }

  /** Without the number of its section. */
  private static String name(Path sample) {
    return sample.getFileName().toString().replaceFirst("^[0-9A-Z.]+-", "");
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

  /** A place in a message that its schema describes. */
  private record Place(String path, List<Object> steps, JsonNode schema) {}

  private static void places(String path, List<Object> steps, JsonNode schema, List<Place> all) {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      String below = Json.below(path, property.getKey());
      List<Object> there = new ArrayList<>(steps);
      there.add(property.getKey());
      all.add(new Place(below, there, property.getValue()));
      places(below, there, property.getValue(), all);
    }
    if (schema.has("items")) {
      List<Object> there = new ArrayList<>(steps);
      there.add(0);
      all.add(new Place(path + "[0]", there, schema.path("items")));
      places(path + "[0]", there, schema.path("items"), all);
    }
  }

  private static List<Place> places(String schema) throws Exception {
    List<Place> all = new ArrayList<>();
    Path file = HOME.resolve("proto/schemas/" + schema + ".schema.json");
    places("", List.of(), Json.tree(Files.readAllBytes(file)), all);
    return all;
  }

  /** The message with another value at a place; what is missing on the way is made. */
  private static ObjectNode with(ObjectNode right, List<Object> steps, JsonNode value) {
    ObjectNode message = right.deepCopy();
    JsonNode at = message;
    for (int i = 0; i < steps.size(); i++) {
      boolean last = i == steps.size() - 1;
      Object next = last ? null : steps.get(i + 1);
      JsonNode fresh = next instanceof Integer ? array() : Json.MAPPER.createObjectNode();
      if (steps.get(i) instanceof String name) {
        ObjectNode object = (ObjectNode) at;
        if (last) {
          object.set(name, value);
        } else if (!object.path(name).isContainerNode()) {
          object.set(name, fresh);
        }
        at = object.path(name);
      } else {
        ArrayNode list = (ArrayNode) at;
        if (list.isEmpty()) {
          list.add(last ? value : fresh);
        } else if (last) {
          list.set(0, value);
        }
        at = list.path(0);
      }
    }
    return message;
  }

  private static ArrayNode array() {
    return Json.MAPPER.createArrayNode();
  }

  private static List<JsonNode> wrong(JsonNode schema) {
    List<String> types = new ArrayList<>();
    JsonNode type = schema.path("type");
    if (type.isTextual()) {
      types.add(type.textValue());
    }
    type.forEach(each -> types.add(each.textValue()));
    List<JsonNode> wrong = new ArrayList<>();
    boolean words = schema.has("enum");
    boolean number = types.contains("number");
    add(wrong, words || !(number || types.contains("integer")), "5");
    add(wrong, words || !number, "1.5");
    add(wrong, schema.path("minimum").asInt(-1) >= 0, "-1");
    add(wrong, words || !types.contains("string") || schema.has("format"), "\"nonsense\"");
    add(wrong, words || !types.contains("boolean"), "true");
    add(wrong, words || !types.contains("array"), "[]");
    add(wrong, words || !types.contains("object"), "{}");
    add(wrong, words || !types.contains("null"), "null");
    return wrong;
  }

  private static void add(List<JsonNode> wrong, boolean really, String json) {
    if (really) {
      wrong.add(Json.tree(json.getBytes(UTF_8)));
    }
  }

  private static boolean holdsText(JsonNode schema) {
    return schema.path("type").toString().contains("string") || schema.has("enum");
  }

  private String state() {
    var database = central.getBean(com.mongodb.client.MongoDatabase.class);
    StringBuilder state = new StringBuilder();
    for (String name : new TreeSet<>(database.listCollectionNames().into(new ArrayList<>()))) {
      boolean aside = List.of("rate_windows", "rate_limits", "idempotency").contains(name);
      if (!aside && !name.contains("rate") && !name.contains("lease")) {
        database.getCollection(name).find().forEach(each -> state.append(name).append(each));
      }
    }
    return state.toString();
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

  @Test
  void b7EveryFieldOfEveryOperationIsRefusedInEachWrongType() throws Exception {
    String before = state();
    List<String> faults = new ArrayList<>();
    int tried = 0;
    for (Map.Entry<String, Door> each : DOORS.entrySet()) {
      Door door = each.getValue();
      for (Place place : places(door.schema())) {
        for (JsonNode value : wrong(place.schema())) {
          ObjectNode body = with(door.right(), place.steps(), value);
          String what = each.getKey() + " " + place.path() + "=" + value;
          byte[] bytes = body.toString().getBytes(UTF_8);
          faults.addAll(fault(send(door, bytes), place.path(), what));
          tried++;
        }
      }
    }
    assertThat(tried).isGreaterThan(500);
    assertThat(faults).isEmpty();
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void b1HalfAPairAndBadBytesAreRefusedInEveryText() throws Exception {
    String before = state();
    List<String> faults = new ArrayList<>();
    for (Map.Entry<String, Door> each : DOORS.entrySet()) {
      Door door = each.getValue();
      for (Place place : places(door.schema())) {
        if (holdsText(place.schema())) {
          JsonNode marked = with(door.right(), place.steps(), Json.MAPPER.valueToTree("@@@"));
          String[] around = marked.toString().split("@@@", 2);
          for (String half : List.of("a\\ud83d", "\\ude00\\ud83d")) {
            byte[] body = (around[0] + half + around[1]).getBytes(UTF_8);
            faults.addAll(
                fault(send(door, body), place.path(), each.getKey() + " half at " + place));
          }
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          bytes.writeBytes(around[0].getBytes(UTF_8));
          bytes.writeBytes(new byte[] {(byte) 0xc0, (byte) 0xaf});
          bytes.writeBytes(around[1].getBytes(UTF_8));
          faults.addAll(fault(send(door, bytes.toByteArray()), place.path(), "C0 AF at " + place));
        }
      }
      String text = door.right().toString();
      for (String encoding : List.of("UTF-16", "UTF-16LE", "UTF-32")) {
        faults.addAll(
            fault(send(door, text.getBytes(encoding)), "$", each.getKey() + " " + encoding));
      }
    }
    assertThat(faults).isEmpty();
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
