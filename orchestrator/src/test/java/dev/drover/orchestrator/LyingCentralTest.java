package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.proto.Json;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever central answers, nothing wrong goes in force, and the mall says what is wrong. */
class LyingCentralTest extends MallTestBase {
  private static final String FULL = SYNC + "full";
  private static final String DELTA = SYNC + "delta";
  private static final String HEARTBEAT = "/api/orchestrators/heartbeat";
  private static final String REGISTER = "/api/orchestrators/register";
  private static final String REFRESH = "/api/orchestrators/token/refresh";
  private static final String UPLOADS = "/api/orchestrators/uploads";
  private static final String EVENTS = "/api/orchestrators/events";

  /** Answers JSON. */
  private static FakeCentral.Lie json(String body) {
    return (request, right) ->
        request.response().putHeader("Content-Type", "application/json").end(body);
  }

  /** Answers the right answer, changed. */
  private static FakeCentral.Lie changed(UnaryOperator<ObjectNode> change) {
    return (request, right) -> {
      ObjectNode answer = Json.object(right.get().getBytes(StandardCharsets.UTF_8));
      request
          .response()
          .putHeader("Content-Type", "application/json")
          .end(change.apply(answer).toString());
    };
  }

  private static FakeCentral.Lie html(int status) {
    return (request, right) ->
        request
            .response()
            .setStatusCode(status)
            .putHeader("Content-Type", "text/html")
            .end("<html><body>proxy</body></html>");
  }

  private static JsonNode health(TestMall mall) {
    return mall.get("/health", null).json();
  }

  /** The cause of the problem of this check. */
  static String cause(JsonNode health, String check) {
    for (JsonNode problem : health.path("problems")) {
      if (problem.path("check").asText().equals(check)) {
        assertThat(problem.path("since").asText()).isNotEmpty();
        assertThat(problem.path("remedy").asText()).isNotEmpty();
        return problem.path("cause").asText();
      }
    }
    return "";
  }

  private void awaitCause(TestMall mall, String check, String... parts) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertThat(health(mall).at("/checks/" + check).asText()).isNotEqualTo("healthy");
              assertThat(cause(health(mall), check)).contains(parts);
            });
  }

  private void awaitSound(TestMall mall) {
    await().atMost(SOON).until(() -> health(mall).path("status").asText().equals("healthy"));
  }

  private void awaitLies(String path, int more) {
    int before = central.lied(path);
    await().atMost(SOON).until(() -> central.lied(path) >= before + more);
  }

  private Map<String, List<String>> contents(TestMall mall) {
    Map<String, List<String>> all = new HashMap<>();
    List.of("areas", "beacons", "merchants", "connections")
        .forEach(name -> all.put(name, ids(mall, name)));
    all.put("root", List.of(cache(mall).global()));
    return all;
  }

  @Test
  void f12AFullAnswerThatIsNotOursOrNotWholeReplacesNothing() {
    List<FakeCentral.Lie> lies =
        List.of(
            json("{}"),
            changed(answer -> answer.put("entity_id", "mall-b")),
            changed(answer -> answer.without("cursor")),
            changed(answer -> answer.without("entity_id")),
            changed(answer -> answer.without("checksum")),
            changed(answer -> answer.without("data")));
    try (TestMall mall = settled(Map.of())) {
      Map<String, List<String>> before = contents(mall);
      central.data.slip("areas", "9", "{\"id\":9}");
      for (FakeCentral.Lie lie : lies) {
        central.lies.put(FULL, lie);
        mall.send("POST", "/api/orchestrator/resync", operator(), null);
        awaitLies(FULL, 2);
        awaitCause(mall, "central_answers", FULL);
        assertThat(contents(mall)).isEqualTo(before);
      }
      central.lies.clear();
      awaitSame(mall);
      awaitSound(mall);
    }
  }

  @Test
  void f12AnEventOfAnotherMallIsNotApplied() {
    try (TestMall mall = settled(Map.of())) {
      int before = central.count(DELTA);
      String config = "{\"entity_id\":\"mall-b\",\"type\":\"a\",\"config\":{},\"version\":1}";
      central.send("evt-e-0-1", "config_update", config);
      central.send("evt-e-0-2", "data_update", "{\"entity_id\":\"mall-b\"}");
      central.sendAsItIs("evt-e-0-3", "data_update", "{\"changes\":5}");
      for (String id : List.of("evt-e-0-1", "evt-e-0-2", "evt-e-0-3")) {
        await().atMost(SOON).until(() -> acked(id));
      }
      assertThat(central.acks)
          .allMatch(ack -> ack.json().path("status").asText().equals("failed"), "failed");
      assertThat(mall.context.getBean(MallStore.class).config("a")).isEmpty();
      assertThat(central.count(DELTA)).isEqualTo(before);
    }
  }

  @Test
  void f13AMismatchIsTriedAgainWithGrowingWaits() {
    Map<String, String> waits = Map.of("drover.events.backoff", "300ms,600ms,1200ms,2400ms");
    try (TestMall mall = settled(waits)) {
      int before = central.count(FULL);
      central.data.unprovable = true;
      mall.send("POST", "/api/orchestrator/resync", operator(), null);
      await().atMost(SOON).until(() -> central.count(FULL) >= before + 4);
      List<Long> pauses = central.pauses(FULL, before);
      assertThat(pauses.get(1)).as("pauses " + pauses).isGreaterThan(290);
      assertThat(pauses.get(2)).as("pauses " + pauses).isGreaterThan(590);
      int soFar = central.count(FULL);
      central.data.contradictory = true;
      await().atMost(SOON).until(() -> central.count(FULL) >= soFar + 3);
      pauses = central.pauses(FULL, soFar);
      assertThat(pauses.get(1)).as("pauses " + pauses).isGreaterThan(290);
      central.data.unprovable = false;
      central.data.contradictory = false;
      awaitSound(mall);
    }
  }

  @Test
  void f14AnEmptyDeltaIsRefusedAndTheEventNotAcknowledged() {
    try (TestMall mall = settled(Map.of())) {
      String cursor = cache(mall).state().cursor();
      central.lies.put(DELTA, json("{}"));
      central.data.put("areas", "3", "{\"id\":3}");
      central.tell("evt-e-0-1");
      awaitLies(DELTA, 3);
      awaitCause(mall, "central_answers", DELTA, "entity_id");
      assertThat(cache(mall).state().cursor()).isEqualTo(cursor);
      assertThat(acked("evt-e-0-1")).isFalse();
      central.lies.clear();
      await().atMost(SOON).until(() -> acked("evt-e-0-1"));
      awaitSame(mall);
      awaitSound(mall);
    }
  }

  @Test
  void f16ARegistrationIsCheckedBeforeItIsStored() {
    try (TestMall mall = settled(Map.of())) {
      String assigned = state(mall).path("assigned_id").asText();
      List<FakeCentral.Lie> lies =
          List.of(
              changed(answer -> answer.put("expires_at", 9_000_000_000_000_000_000L)),
              changed(answer -> answer.put("expires_at", 5)),
              changed(answer -> answer.without("assigned_id")),
              changed(answer -> answer.without("token")),
              changed(answer -> answer.put("token", "two\nlines")),
              json("{}"));
      for (FakeCentral.Lie lie : lies) {
        central.lies.put(REFRESH, lie);
        central.commands = "[{\"type\":\"token_refresh\"}]";
        awaitLies(REFRESH, 2);
        central.commands = "[]";
        awaitCause(mall, "central_answers", REFRESH);
        assertThat(state(mall).path("assigned_id").asText()).isEqualTo(assigned);
      }
      central.lies.clear();
      awaitSound(mall);
    }
    // A mall without a token, too.
    central.lies.put(
        REGISTER, changed(answer -> answer.put("expires_at", 9_000_000_000_000_000_000L)));
    Map<String, String> fresh = Map.of("drover.data", data.resolve("fresh").toString());
    try (TestMall mall = mall(fresh)) {
      awaitLies(REGISTER, 3);
      central.lies.put(REGISTER, changed(answer -> answer.without("assigned_id")));
      awaitLies(REGISTER, 2);
      central.lies.clear();
      awaitSound(mall);
    }
  }

  @Test
  void f17APauseIsHeededOnUploadsAndOnTheStream() {
    Map<String, String> bound = Map.of("drover.central.longest-pause", "1500ms");
    try (TestMall mall = settled(bound)) {
      assertThat(mall.context.isRunning()).isTrue();
      int before = central.count(UPLOADS);
      central.refuse(UPLOADS, 503, 1, 86_400);
      central.send("evt-e-0-1", "teleport", "{}");
      await().atMost(SOON).until(() -> central.count(UPLOADS) >= before + 2);
      assertThat(central.pauses(UPLOADS, before).get(0)).isBetween(1_400L, 10_000L);
      int streams = central.count(EVENTS);
      central.refuse(EVENTS, 503, 1, 86_400);
      central.endStreams();
      await().atMost(SOON).until(() -> central.count(EVENTS) >= streams + 2);
      assertThat(central.pauses(EVENTS, streams).get(0)).isBetween(1_400L, 10_000L);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 422, 401, 404})
  void f17WhatIsNoErrorBodyOfCentralParksNothing(int status) {
    try (TestMall mall = settled(Map.of("drover.uplink.park-after", "1"))) {
      int registered = central.registrations.size();
      central.lies.put(UPLOADS, html(status));
      central.send("evt-e-0-1", "teleport", "{}");
      awaitLies(UPLOADS, 4);
      awaitCause(mall, "central_answers", UPLOADS, String.valueOf(status), "text/html");
      assertThat(health(mall).at("/metrics/uplink_parked").asInt()).isZero();
      central.lies.clear();
      await().atMost(SOON).until(() -> acked("evt-e-0-1"));
      awaitSound(mall);
      assertThat(central.registrations).as("no proxy ends a token").hasSize(registered);
    }
  }

  @Test
  void f21RefusedHeartbeatsAndDeltasAreSeenInHealth() {
    try (TestMall mall = settled(Map.of())) {
      central.refuse(HEARTBEAT, 403, 3);
      awaitCause(mall, "central_answers", HEARTBEAT, "403", "TEST_REFUSED");
      awaitSound(mall);
      central.refuse(DELTA, 500, 30);
      central.data.put("areas", "3", "{\"id\":3}");
      central.tell("evt-e-0-1");
      awaitCause(mall, "central_answers", DELTA, "500");
      central.refuse(DELTA, 500, 0);
      awaitSame(mall);
      awaitSound(mall);
    }
  }

  @Test
  void aRedirectIsNeverFollowed() {
    try (TestMall mall = settled(Map.of())) {
      central.lies.put(
          HEARTBEAT,
          (request, right) -> {
            HttpServerResponse response = request.response().setStatusCode(307);
            response.putHeader("Location", central.url() + "/trap").end();
          });
      awaitLies(HEARTBEAT, 2);
      awaitCause(mall, "central_answers", HEARTBEAT, "redirect");
      assertThat(central.count("/trap")).isZero();
      central.lies.clear();
      awaitSound(mall);
    }
  }

  @Test
  void anAnswerThatDripsIsGivenUpAfterItsTime() {
    Map<String, String> patience = Map.of("drover.central.answer-timeout", "700ms");
    try (TestMall mall = settled(patience)) {
      central.lies.put(
          HEARTBEAT,
          (request, right) -> {
            HttpServerResponse response = request.response().setChunked(true);
            response.putHeader("Content-Type", "application/json").write("{");
            central.drip(response, Duration.ofMillis(50));
          });
      awaitLies(HEARTBEAT, 3);
      awaitCause(mall, "central_answers", HEARTBEAT);
      central.lies.clear();
      awaitSound(mall);
    }
  }
}
