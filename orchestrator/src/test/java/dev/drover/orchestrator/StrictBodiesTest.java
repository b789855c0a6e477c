package dev.drover.orchestrator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.proto.Json;
import dev.drover.proto.WrongMessages;
import dev.drover.proto.WrongMessages.Wrong;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What comes in is checked by its schema at every operation of the mall that takes a body: each
 * field in each wrong type, missing, twice, as half a surrogate pair and as bytes that are no UTF-8
 * is refused with its name, and nothing has changed.
 */
class StrictBodiesTest extends MallTestBase {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));

  /** Who comes: an operator with a token, a device that signs, or a device that shows nothing. */
  private enum Caller {
    OPERATOR,
    DEVICE,
    ANYBODY
  }

  /** An operation that takes a body; without a schema any JSON. */
  private record Door(String method, String path, Caller caller, String schema, ObjectNode right) {
    JsonNode shape() {
      return schema == null ? Json.MAPPER.createObjectNode() : WrongMessages.schema(HOME, schema);
    }

    List<Wrong> wrong() {
      WrongMessages messages = new WrongMessages(shape(), right);
      if (schema == null) {
        List<Wrong> all = new ArrayList<>(messages.texts());
        all.addAll(messages.encodings());
        return all;
      }
      return messages.all();
    }
  }

  /** Tables that change when nothing has come in that counts. */
  private static final List<String> ASIDE = List.of("used_nonces", "settings", "sqlite_sequence");

  private final Map<String, Door> doors = new LinkedHashMap<>();
  private TestBeacon beacon;

  private void door(String id, String method, String path, Caller caller, String schema) {
    ObjectNode right =
        schema == null
            ? Json.MAPPER.createObjectNode().put("n", 2)
            : WrongMessages.sample(HOME, schema);
    if (right.has("entity_id")) {
      right.put("entity_id", FakeCentral.ENTITY);
    }
    if (right.has("beacon_id")) {
      right.put("beacon_id", beacon == null ? "b-1" : beacon.id());
    }
    if (right.has("device_id") && beacon != null) {
      right.put("device_id", beacon.device);
    }
    if (right.has("public_key") && beacon != null) {
      right.set("public_key", beacon.registration().get("public_key"));
    }
    if ("document".equals(schema)) {
      right.put("id", id.equals("createItem") ? "new" : "1");
    }
    doors.put(id, new Door(method, path, caller, schema, right));
  }

  private void doors(String parked) {
    door("createItem", "POST", ENTITIES + "/areas", Caller.OPERATOR, "document");
    door("replaceItemByBody", "PUT", ENTITIES + "/areas", Caller.OPERATOR, "document");
    door("replaceItem", "PUT", ENTITIES + "/areas/1", Caller.OPERATOR, "document");
    door("editParked", "PUT", "/api/uplink/parked/" + parked, Caller.OPERATOR, null);
    String own = "/api/beacons/" + (beacon == null ? "b-1" : beacon.id());
    door("revokeBeacon", "POST", own + "/revoke", Caller.OPERATOR, "revocation-request");
    door("restoreBeacon", "POST", own + "/restore", Caller.OPERATOR, "restore-request");
    for (String way : List.of("", "Short")) {
      String path = way.isEmpty() ? "/api/orchestrators/beacons/" : "/beacons/";
      String challenge = path + "challenge";
      door("beaconChallenge" + way, "POST", challenge, Caller.ANYBODY, "beacon-challenge-request");
      String register = path + "register";
      door("registerBeacon" + way, "POST", register, Caller.DEVICE, "beacon-register-request");
      String heartbeat = path + "heartbeat";
      door("beaconHeartbeat" + way, "POST", heartbeat, Caller.DEVICE, "beacon-heartbeat-request");
      String logs = path + "access-logs";
      door("beaconAccessLogs" + way, "POST", logs, Caller.DEVICE, "access-logs-request");
    }
  }

  private TestMall.Answer send(TestMall mall, Door door, byte[] body) {
    Map<String, String> headers =
        switch (door.caller()) {
          case OPERATOR -> Map.of("Authorization", "Bearer " + operator());
          case DEVICE -> beacon.proof(body);
          case ANYBODY -> Map.of();
        };
    return mall.sendBytes(door.method(), door.path(), body, headers);
  }

  /** All that the mall has stored. */
  private static String stored(TestMall mall) {
    Database database = mall.context.getBean(MallStore.class).database();
    StringBuilder state = new StringBuilder();
    for (String table :
        database.query(
            row -> row.getString(1), "SELECT name FROM sqlite_master WHERE type = 'table'")) {
      if (!ASIDE.contains(table)) {
        state.append(table);
        database
            .query(
                row -> {
                  StringBuilder text = new StringBuilder("\n");
                  for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    text.append('|').append(row.getString(i));
                  }
                  return text.toString();
                },
                "SELECT * FROM " + table)
            .forEach(state::append);
      }
    }
    return state.toString();
  }

  /** The id of an item that waits for a person. */
  private String parked(TestMall mall) {
    central.uploads.rejected.add("poison");
    Door edit = new Door("POST", ENTITIES + "/areas", Caller.OPERATOR, "document", null);
    byte[] poison = "{\"id\":\"p\",\"name\":\"poison\"}".getBytes(UTF_8);
    assertThat(send(mall, edit, poison).status()).isEqualTo(202);
    await().atMost(SOON).until(() -> mall.get("/api/uplink/parked", operator()).json().size() == 1);
    return mall.get("/api/uplink/parked", operator()).json().get(0).path("id").asText();
  }

  /** Nothing when it is refused as it must be. */
  private static List<String> fault(TestMall.Answer answer, String field, String what) {
    JsonNode error = answer.json().path("error");
    boolean right =
        answer.status() == 400
            && error.path("code").asText().equals("VALIDATION_FAILED")
            && error.at("/details/field").asText().equals(field);
    return right ? List.of() : List.of(what + " → " + answer.status() + " " + answer.body());
  }

  private void b1AnIdInAPathIsUnicode(TestMall mall) {
    for (String bad : List.of("%ED%A0%80", "a%ED%B0%80", "%C0%AF", "%FF", "%ED%A0%BD%ED%B8%80")) {
      for (String path : List.of(ENTITIES + "/areas/" + bad, "/api/beacons/" + bad + "/revoke")) {
        for (String method : List.of("GET", "PUT", "DELETE", "POST")) {
          TestMall.Answer answer = mall.send(method, path, operator(), "{}");
          assertThat(answer.status()).as(method + path).isEqualTo(400);
          assertThat(answer.body()).contains("VALIDATION_FAILED");
        }
      }
    }
  }

  @Test
  void b1b7b11EverythingWrongIsRefusedWithItsFieldAndNothingChanges() {
    String often = "999999/1m";
    Map<String, String> settings =
        Map.of(
            "drover.limits.beacon-requests", often,
            "drover.limits.challenges", often,
            "drover.limits.failed-signatures", often);
    try (TestMall mall = settled(settings)) {
      beacon = new TestBeacon(mall, "gate-1");
      assertThat(beacon.register().status()).isEqualTo(200);
      doors(parked(mall));
      await()
          .atMost(SOON)
          .until(
              () -> mall.get("/api/uplink/ledger", operator()).json().path("pending").asInt() == 0);
      String before = stored(mall);
      List<String> faults = new ArrayList<>();
      int tried = 0;
      for (Map.Entry<String, Door> door : doors.entrySet()) {
        for (Wrong wrong : door.getValue().wrong()) {
          TestMall.Answer answer = send(mall, door.getValue(), wrong.body());
          faults.addAll(fault(answer, wrong.field(), door.getKey() + " " + wrong.what()));
          tried++;
        }
      }
      assertThat(tried).isGreaterThan(1000);
      assertThat(faults).isEmpty();
      assertThat(stored(mall)).isEqualTo(before);
      // nobody's body is looked at before who sends it is known (B11)
      for (Map.Entry<String, Door> door : doors.entrySet()) {
        Door one = door.getValue();
        byte[] nonsense = "nonsense".getBytes(UTF_8);
        TestMall.Answer answer = mall.sendBytes(one.method(), one.path(), nonsense, Map.of());
        assertThat(answer.status())
            .as(door.getKey())
            .isEqualTo(one.caller() == Caller.ANYBODY ? 400 : 401);
      }
      b1AnIdInAPathIsUnicode(mall);
      assertThat(stored(mall)).isEqualTo(before);
      // so it was the fault that was refused, and a member that nobody knows is none
      for (Map.Entry<String, Door> each : doors.entrySet()) {
        Door door = each.getValue();
        byte[] fine = new WrongMessages(door.shape(), door.right()).tolerated();
        TestMall.Answer answer = send(mall, door, fine);
        assertThat(answer.status()).as(each.getKey() + answer.body()).isBetween(200, 299);
      }
      assertThat(stored(mall)).isNotEqualTo(before);
    }
  }

  @Test
  void everyOperationThatTakesABodyIsTried() throws Exception {
    JsonNode contract =
        new YAMLMapper().readTree(HOME.resolve("proto/openapi/orchestrator.yaml").toFile());
    TreeSet<String> takeABody = new TreeSet<>();
    for (JsonNode path : contract.path("paths")) {
      for (JsonNode operation : path) {
        if (operation.has("requestBody")) {
          takeABody.add(operation.path("operationId").asText());
        }
      }
    }
    doors("1");
    assertThat(doors.keySet()).containsExactlyInAnyOrderElementsOf(takeABody);
  }
}
