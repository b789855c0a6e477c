package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Contracts;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.Shared;
import dev.drover.e2e.harness.Stream;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A token of mall A gets nothing of mall B, and each role only what the contract grants it. */
class IsolationTest {
  private static final CentralProcess CENTRAL = Shared.central();
  private static final Set<String> PUBLIC = Set.of("centralHealth", "jwks", "registerOrchestrator");

  private static Mall a;
  private static Mall b;
  private static String tokenA;
  private static String tokenB;
  private static String assignedB;

  @BeforeAll
  static void twoMalls() {
    a = Mall.fresh("iso-a");
    b = Mall.fresh("iso-b");
    tokenA = a.register(CENTRAL.api()).path("token").asText();
    JsonNode registeredB = b.register(CENTRAL.api());
    tokenB = registeredB.path("token").asText();
    assignedB = registeredB.path("assigned_id").asText();
    for (Mall mall : List.of(a, b)) {
      CENTRAL.api().post(areas(mall), CENTRAL.admin(), "{\"id\":\"area-1\",\"secret\":\"of-b\"}");
    }
  }

  private static String areas(Mall mall) {
    return "/api/entities/" + mall.entity() + "/areas";
  }

  private static String state(Mall mall) {
    String admin = CENTRAL.admin();
    String entity = "/api/entities/" + mall.entity();
    StringBuilder state = new StringBuilder(CENTRAL.api().get(entity, admin).toString());
    for (String collection : List.of("areas", "beacons", "merchants", "connections")) {
      state.append(CENTRAL.api().get(entity + "/" + collection, admin));
    }
    return state.toString();
  }

  private static void assertRefused(Api.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.body()).doesNotContain("of-b");
    Contracts.assertErrorBody(answer);
  }

  @TestFactory
  List<DynamicTest> aTokenOfOneMallNamesAnotherAndGetsNothing() {
    String operatorA = CENTRAL.token(Role.OPERATOR, a.entity(), "olga");
    String mobileA = CENTRAL.token(Role.MOBILE, a.entity(), "max");
    String entityB = "/api/entities/" + b.entity();
    List<DynamicTest> tests = new ArrayList<>();
    for (String token : List.of(tokenA, operatorA, mobileA)) {
      for (String path :
          List.of(entityB, entityB + "/", entityB + "/areas", entityB + "/areas/area-1")) {
        tests.add(
            DynamicTest.dynamicTest(
                "path " + path,
                () -> assertRefused(CENTRAL.api().get(path, token), 403, "ENTITY_FORBIDDEN")));
      }
      tests.add(
          DynamicTest.dynamicTest(
              "header X-Entity-ID",
              () ->
                  assertRefused(
                      CENTRAL
                          .api()
                          .call("GET", areas(a))
                          .token(token)
                          .header("X-Entity-ID", b.entity())
                          .send(),
                      403,
                      "ENTITY_FORBIDDEN")));
    }
    tests.add(
        DynamicTest.dynamicTest(
            "query on the list of orchestrators",
            () ->
                assertRefused(
                    CENTRAL.api().get("/api/orchestrators?entity_id=" + b.entity(), operatorA),
                    403,
                    "ENTITY_FORBIDDEN")));
    tests.add(
        DynamicTest.dynamicTest(
            "query on the event stream",
            () ->
                assertRefused(
                    CENTRAL.api().get("/api/orchestrators/events?entity_id=" + b.entity(), tokenA),
                    403,
                    "ENTITY_FORBIDDEN")));
    tests.add(
        DynamicTest.dynamicTest(
            "header on the event stream",
            () ->
                assertRefused(
                    CENTRAL
                        .api()
                        .call("GET", "/api/orchestrators/events")
                        .token(tokenA)
                        .header("X-Entity-ID", b.entity())
                        .send(),
                    403,
                    "ENTITY_FORBIDDEN")));
    tests.add(
        DynamicTest.dynamicTest(
            "an entity that does not exist looks the same",
            () ->
                assertRefused(
                    CENTRAL.api().get("/api/entities/nobody/areas", tokenA),
                    403,
                    "ENTITY_FORBIDDEN")));
    for (String body :
        List.of(
            "{\"entity_id\":\"" + b.entity() + "\",\"status\":\"healthy\"}",
            "{\"entity_id\":\"\",\"status\":\"healthy\"}")) {
      tests.add(
          DynamicTest.dynamicTest(
              "body of a heartbeat " + body,
              () ->
                  assertRefused(
                      CENTRAL.api().post("/api/orchestrators/heartbeat", heartbeatToken(), body),
                      403,
                      "ENTITY_FORBIDDEN")));
    }
    return tests;
  }

  /** The limit must not answer before the isolation does. */
  private static String heartbeatToken() {
    return Mall.fresh("iso-beat").register(CENTRAL.api()).path("token").asText();
  }

  @Test
  void writesToAnotherMallChangeNothing() {
    String before = state(b);
    String operatorA = CENTRAL.token(Role.OPERATOR, a.entity(), "olga");
    String entityB = "/api/entities/" + b.entity();
    for (String[] write :
        new String[][] {
          {"POST", entityB + "/areas", "{\"id\":\"x\"}"},
          {"PUT", entityB + "/areas", "{\"id\":\"area-1\",\"x\":1}"},
          {"PUT", entityB + "/areas/area-1", "{\"id\":\"area-1\",\"x\":1}"},
          {"DELETE", entityB + "/areas/area-1", null},
          {"PUT", entityB, "{\"x\":1}"},
          {"POST", entityB + "/import", "{\"areas\":[{\"id\":\"x\"}]}"}
        }) {
      Api.Call call = CENTRAL.api().call(write[0], write[1]).token(operatorA);
      assertRefused(
          (write[2] == null ? call : call.json(write[2])).send(), 403, "ENTITY_FORBIDDEN");
    }
    assertRefused(
        CENTRAL
            .api()
            .post(
                "/api/orchestrators",
                operatorA,
                "{\"entity_id\":\"%s\",\"orchestrator_id\":\"evil\",\"public_key\":%s}"
                    .formatted(b.entity(), Api.JSON.valueToTree(a.publicKey()))),
        403,
        "ENTITY_FORBIDDEN");
    assertThat(state(b)).isEqualTo(before);
  }

  @Test
  void aBodyNamingAnotherMallStaysInTheCallersOwn() {
    String before = state(b);
    String operatorA = CENTRAL.token(Role.OPERATOR, a.entity(), "olga");
    String body = "{\"id\":\"mixed\",\"entity_id\":\"" + b.entity() + "\"}";
    assertThat(CENTRAL.api().post(areas(a), operatorA, body).status()).isEqualTo(201);
    assertThat(state(b)).isEqualTo(before);
    assertThat(CENTRAL.api().get(areas(a) + "/mixed", operatorA).body()).isEqualTo(body);
  }

  @Test
  void aListShowsOnlyTheCallersMall() {
    String operatorA = CENTRAL.token(Role.OPERATOR, a.entity(), "olga");
    assertThat(CENTRAL.api().get("/api/entities", tokenA).body())
        .contains(a.entity())
        .doesNotContain(b.entity());
    assertThat(CENTRAL.api().get("/api/orchestrators", operatorA).body())
        .contains(a.entity())
        .doesNotContain(b.entity());
  }

  @Test
  void aCursorOfAnotherMallShowsNothingOfIt() {
    String cursorB;
    try (Stream stream = Stream.open(CENTRAL.url(), tokenB, null)) {
      cursorB = stream.await("connected").id();
      for (int i = 0; i < 5; i++) {
        String body = "{\"id\":\"of-b-" + i + "\"}";
        assertThat(CENTRAL.api().post(areas(b), CENTRAL.admin(), body).status()).isEqualTo(201);
        stream.awaitChange("of-b-" + i);
      }
      try (Stream foreign = Stream.open(CENTRAL.url(), tokenA, cursorB)) {
        CENTRAL.api().post(areas(a), CENTRAL.admin(), "{\"id\":\"of-a\"}");
        foreign.awaitChange("of-a");
        assertThat(foreign.lines()).noneMatch(line -> line.contains("of-b"));
        assertThat(foreign.real())
            .allMatch(event -> event.json().path("entity_id").asText().equals(a.entity()));
      }
      List<String> ids = stream.real().stream().map(Stream.Event::id).toList();
      String list = Api.JSON.valueToTree(Map.of("event_ids", ids)).toString();
      JsonNode foreignAck =
          CENTRAL.api().post("/api/orchestrators/events/ack", tokenA, list).json();
      assertThat(foreignAck.path("acknowledged").asInt()).isZero();
      assertThat(foreignAck.path("unknown")).hasSize(ids.size());
      JsonNode ownAck = CENTRAL.api().post("/api/orchestrators/events/ack", tokenB, list).json();
      assertThat(ownAck.path("acknowledged").asInt()).isEqualTo(ids.size());
      assertThat(ownAck.path("unknown")).isEmpty();
    }
  }

  @Test
  void anOrchestratorCannotSpeakForAnotherOne() {
    for (String other : List.of(assignedB, "orch-002")) {
      assertRefused(
          CENTRAL
              .api()
              .call("GET", "/api/orchestrators/events")
              .token(tokenA)
              .header("X-Orchestrator-ID", other)
              .send(),
          403,
          "FORBIDDEN");
    }
    String token = heartbeatToken();
    assertRefused(
        CENTRAL
            .api()
            .post(
                "/api/orchestrators/heartbeat",
                token,
                "{\"orchestrator_id\":\"" + assignedB + "\",\"status\":\"healthy\"}"),
        403,
        "FORBIDDEN");
  }

  /** Which roles may call an operation; the contract, "Rights". Admin may everything. */
  private static final Map<String, Set<Role>> RIGHTS =
      Map.ofEntries(
          Map.entry("listOrchestrators", Set.of(Role.OPERATOR)),
          Map.entry("announceOrchestrator", Set.of(Role.OPERATOR)),
          Map.entry("refreshToken", Set.of(Role.ORCHESTRATOR)),
          Map.entry("acknowledgeEvents", Set.of(Role.ORCHESTRATOR)),
          Map.entry("orchestratorHeartbeat", Set.of(Role.ORCHESTRATOR)),
          Map.entry("syncFull", Set.of(Role.ORCHESTRATOR, Role.OPERATOR)),
          Map.entry("syncDelta", Set.of(Role.ORCHESTRATOR, Role.OPERATOR)),
          Map.entry("syncChecksum", Set.of(Role.ORCHESTRATOR, Role.OPERATOR)),
          Map.entry("syncItems", Set.of(Role.ORCHESTRATOR, Role.OPERATOR)),
          Map.entry("syncChanges", Set.of(Role.ORCHESTRATOR)),
          Map.entry("registerBeacon", Set.of(Role.ORCHESTRATOR)),
          Map.entry("beaconHeartbeat", Set.of(Role.ORCHESTRATOR)),
          Map.entry("beaconAccessLogs", Set.of(Role.ORCHESTRATOR)),
          Map.entry("uploadLogs", Set.of(Role.ORCHESTRATOR)),
          Map.entry("uploadBatch", Set.of(Role.ORCHESTRATOR)),
          Map.entry("listAccessLogs", Set.of(Role.OPERATOR)),
          Map.entry("requestAccessLogs", Set.of(Role.OPERATOR)),
          Map.entry("readAccessLogRequest", Set.of(Role.OPERATOR)),
          Map.entry("beaconStatus", Set.of(Role.OPERATOR)),
          Map.entry("approveBeacon", Set.of(Role.OPERATOR)),
          Map.entry("commandBeacon", Set.of(Role.OPERATOR)),
          Map.entry("listEntities", Set.of(Role.ORCHESTRATOR, Role.OPERATOR, Role.MOBILE)),
          Map.entry("createEntity", Set.of(Role.OPERATOR)),
          Map.entry("readEntity", Set.of(Role.ORCHESTRATOR, Role.OPERATOR, Role.MOBILE)),
          Map.entry("replaceEntity", Set.of(Role.OPERATOR)),
          Map.entry("importItems", Set.of(Role.OPERATOR)),
          Map.entry("listItems", Set.of(Role.ORCHESTRATOR, Role.OPERATOR, Role.MOBILE)),
          Map.entry("createItem", Set.of(Role.OPERATOR)),
          Map.entry("replaceItemByBody", Set.of(Role.OPERATOR)),
          Map.entry("readItem", Set.of(Role.ORCHESTRATOR, Role.OPERATOR, Role.MOBILE)),
          Map.entry("replaceItem", Set.of(Role.OPERATOR)),
          Map.entry("deleteItem", Set.of(Role.OPERATOR)),
          Map.entry("eventStream", Set.of(Role.ORCHESTRATOR, Role.OPERATOR)),
          Map.entry("eventStreamDoubled", Set.of(Role.ORCHESTRATOR, Role.OPERATOR)),
          Map.entry("eventSocket", Set.of(Role.ORCHESTRATOR, Role.OPERATOR)));

  @TestFactory
  List<DynamicTest> eachRoleMayDoWhatTheContractGrantsAndNothingElse() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Contracts.Operation operation : Contracts.central()) {
      if (PUBLIC.contains(operation.id())) {
        continue;
      }
      assertThat(RIGHTS).as("rights of each operation").containsKey(operation.id());
      for (Role role : Role.values()) {
        boolean granted = role == Role.ADMIN || RIGHTS.get(operation.id()).contains(role);
        tests.add(
            DynamicTest.dynamicTest(
                role.wire() + (granted ? " may " : " may not ") + operation.id(),
                () -> {
                  Mall mall = Mall.fresh("role");
                  String token =
                      role == Role.ORCHESTRATOR
                          ? mall.register(CENTRAL.api()).path("token").asText()
                          : CENTRAL.token(
                              new Grant("s", role, a.entity()),
                              Duration.ofHours(1),
                              java.time.Clock.systemUTC());
                  String entity = role == Role.ORCHESTRATOR ? mall.entity() : a.entity();
                  String answer = operation.answerOf(CENTRAL, token, entity);
                  if (granted) {
                    assertThat(answer)
                        .doesNotContain("FORBIDDEN", "AUTH_TOKEN_MISSING")
                        .doesNotStartWith("5");
                  } else {
                    assertThat(answer).startsWith("403").contains("\"FORBIDDEN\"");
                  }
                }));
      }
      tests.add(
          DynamicTest.dynamicTest(
              "nobody may " + operation.id(),
              () ->
                  assertThat(operation.answerOf(CENTRAL, null, a.entity()))
                      .startsWith("401")
                      .contains("AUTH_TOKEN_MISSING")));
    }
    return tests;
  }
}
