package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Contracts;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.Shared;
import dev.drover.e2e.harness.Stream;
import dev.drover.engine.crypto.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A token of mall A gets nothing of mall B. */
class IsolationTest {
  private static final CentralProcess CENTRAL = Shared.central();

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
}
