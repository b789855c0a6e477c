package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.proto.Json;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever central answers, nothing wrong goes in force, and the mall says what is wrong. One mall
 * hears all the lies: each test begins when it is sound again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LyingCentralTest extends MallTestBase {
  private static final Map<String, String> QUICK =
      Map.ofEntries(
          Map.entry("drover.events.backoff", "50ms,100ms,200ms,400ms"),
          Map.entry("drover.heartbeat.interval", "300ms"),
          Map.entry("drover.sync.deltas-per-minute", "10000"),
          Map.entry("drover.sync.debounce", "50ms"),
          Map.entry("drover.uplink.park-after", "1"),
          Map.entry("drover.central.answer-timeout", "700ms"),
          Map.entry("drover.central.longest-pause", "1500ms"));

  @TempDir static Path home;

  private static final String FULL = SYNC + "full";
  private static final String DELTA = SYNC + "delta";
  private static final String HEARTBEAT = "/api/orchestrators/heartbeat";
  private static final String REGISTER = "/api/orchestrators/register";
  private static final String REFRESH = "/api/orchestrators/token/refresh";
  private static final String UPLOADS = "/api/orchestrators/uploads";
  private static final String EVENTS = "/api/orchestrators/events";

  private TestMall mall;
  private int ids;

  @Override
  @BeforeEach
  void startCentral() {
    if (mall == null) {
      super.startCentral();
      data = home;
      mall = settled(QUICK);
    }
    central.lies.clear();
    central.commands = "[]";
    central.data.unprovable = false;
    central.data.contradictory = false;
    awaitSame(mall);
    awaitSound();
  }

  @Override
  @AfterEach
  void stopCentral() {
    // The mall of all tests goes on with it.
  }

  @AfterAll
  void stop() {
    mall.close();
    super.stopCentral();
  }

  private String nextId() {
    return "evt-e-0-" + ++ids;
  }

  /** Changes central's data, and tells it; returns the id of the event. */
  private String change() {
    String id = nextId();
    central.data.put("areas", "3", "{\"id\":3,\"name\":\"hall " + id + "\"}");
    central.tell(id);
    return id;
  }

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

  private JsonNode health() {
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

  private void awaitCause(String check, String... parts) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertThat(health().at("/checks/" + check).asText()).isNotEqualTo("healthy");
              assertThat(cause(health(), check)).contains(parts);
            });
  }

  private void awaitSound() {
    await().atMost(SOON).until(() -> health().path("status").asText().equals("healthy"));
  }

  private void awaitLies(String path, int more) {
    int before = central.lied(path);
    await().atMost(SOON).until(() -> central.lied(path) >= before + more);
  }

  private Map<String, List<String>> contents() {
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
    Map<String, List<String>> before = contents();
    central.data.slip("areas", "9", "{\"id\":9}");
    for (FakeCentral.Lie lie : lies) {
      central.lies.put(FULL, lie);
      mall.send("POST", "/api/orchestrator/resync", operator(), null);
      awaitLies(FULL, 2);
      awaitCause("central_answers", FULL);
      assertThat(contents()).isEqualTo(before);
    }
    central.lies.clear();
    awaitSame(mall);
    awaitSound();
  }

  @Test
  void f12AnEventOfAnotherMallIsNotApplied() {
    int before = central.count(DELTA);
    int acks = central.acks.size();
    String config = "{\"entity_id\":\"mall-b\",\"type\":\"a\",\"config\":{},\"version\":1}";
    List<String> events = List.of(nextId(), nextId(), nextId());
    central.send(events.get(0), "config_update", config);
    central.send(events.get(1), "data_update", "{\"entity_id\":\"mall-b\"}");
    central.sendAsItIs(events.get(2), "data_update", "{\"changes\":5}");
    for (String id : events) {
      await().atMost(SOON).until(() -> acked(id));
    }
    assertThat(central.acks.subList(acks, central.acks.size()))
        .allMatch(ack -> ack.json().path("status").asText().equals("failed"), "failed");
    assertThat(mall.context.getBean(MallStore.class).events().config("a")).isEmpty();
    assertThat(central.count(DELTA)).isEqualTo(before);
  }

  @Test
  void f13AMismatchIsTriedAgainWithGrowingWaits() {
    int before = central.count(FULL);
    central.data.unprovable = true;
    mall.send("POST", "/api/orchestrator/resync", operator(), null);
    await().atMost(SOON).until(() -> central.count(FULL) >= before + 5);
    List<Long> pauses = central.pauses(FULL, before);
    assertThat(pauses.get(1)).as("pauses " + pauses).isGreaterThan(45);
    assertThat(pauses.get(2)).as("pauses " + pauses).isGreaterThan(95);
    assertThat(pauses.get(3)).as("pauses " + pauses).isGreaterThan(195);
    int soFar = central.count(FULL);
    central.data.contradictory = true;
    await().atMost(SOON).until(() -> central.count(FULL) >= soFar + 3);
    pauses = central.pauses(FULL, soFar);
    assertThat(pauses.get(1)).as("pauses " + pauses).isGreaterThan(95);
    central.data.unprovable = false;
    central.data.contradictory = false;
    awaitSound();
  }

  @Test
  void f14AnEmptyDeltaIsRefusedAndTheEventNotAcknowledged() {
    String cursor = cache(mall).state().cursor();
    central.lies.put(DELTA, json("{}"));
    String event = change();
    awaitLies(DELTA, 3);
    awaitCause("central_answers", DELTA, "entity_id");
    assertThat(cache(mall).state().cursor()).isEqualTo(cursor);
    assertThat(acked(event)).isFalse();
    central.lies.clear();
    await().atMost(SOON).until(() -> acked(event));
    awaitSame(mall);
    awaitSound();
  }

  @Test
  void f16ARefreshIsCheckedBeforeItIsStored() {
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
      awaitCause("central_answers", REFRESH);
      assertThat(state(mall).path("assigned_id").asText()).isEqualTo(assigned);
    }
    central.lies.clear();
    awaitSound();
  }

  @Test
  void f16ARegistrationIsCheckedBeforeItIsStored() {
    central.lies.put(
        REGISTER, changed(answer -> answer.put("expires_at", 9_000_000_000_000_000_000L)));
    // The mall has no token that is worth anything any more.
    central.refuse(HEARTBEAT, 401, 1);
    awaitLies(REGISTER, 3);
    assertThat(state(mall).path("assigned_id").isNull()).isTrue();
    central.lies.put(REGISTER, changed(answer -> answer.without("assigned_id")));
    awaitLies(REGISTER, 2);
    awaitCause("central_answers", REGISTER);
    central.lies.clear();
    awaitSound();
  }

  @Test
  void f17APauseIsHeededOnUploadsAndOnTheStream() {
    int before = central.count(UPLOADS);
    central.refuse(UPLOADS, 503, 1, 86_400);
    central.send(nextId(), "teleport", "{}");
    await().atMost(SOON).until(() -> central.count(UPLOADS) >= before + 2);
    assertThat(central.pauses(UPLOADS, before).get(0)).isBetween(1_400L, 10_000L);
    int streams = central.count(EVENTS);
    central.refuse(EVENTS, 503, 1, 86_400);
    central.endStreams();
    await().atMost(SOON).until(() -> central.count(EVENTS) >= streams + 2);
    assertThat(central.pauses(EVENTS, streams).get(0)).isBetween(1_400L, 10_000L);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 422, 401, 404})
  void f17WhatIsNoErrorBodyOfCentralParksNothing(int status) {
    int registered = central.registrations.size();
    central.lies.put(UPLOADS, html(status));
    String event = nextId();
    central.send(event, "teleport", "{}");
    awaitLies(UPLOADS, 4);
    awaitCause("central_answers", UPLOADS, String.valueOf(status), "text/html");
    assertThat(health().at("/metrics/uplink_parked").asInt()).isZero();
    central.lies.clear();
    await().atMost(SOON).until(() -> acked(event));
    awaitSound();
    assertThat(central.registrations).as("no proxy ends a token").hasSize(registered);
  }

  @Test
  void f21RefusedHeartbeatsAndDeltasAreSeenInHealth() {
    central.refuse(HEARTBEAT, 403, 3);
    awaitCause("central_answers", HEARTBEAT, "403", "TEST_REFUSED");
    awaitSound();
    central.refuse(DELTA, 500, 30);
    change();
    awaitCause("central_answers", DELTA, "500");
    central.refuse(DELTA, 500, 0);
    awaitSame(mall);
    awaitSound();
  }

  /** Its second acknowledgement has the key of the first, which central has answered already. */
  @Test
  void anEventThatIsToldAgainAfterItsAcknowledgementStopsNothing() {
    String again = nextId();
    String later = nextId();
    central.send(again, "teleport", "{}");
    await().atMost(SOON).until(() -> acked(again) && pending() == 0);
    central.send(again, "teleport", "{}");
    central.send(later, "teleport", "{}");
    await().atMost(SOON).until(() -> acked(later) && pending() == 0);
    awaitSound();
  }

  private int pending() {
    return state(mall).path("pending_acks").asInt();
  }

  @Test
  void aRedirectIsNeverFollowed() {
    central.lies.put(
        HEARTBEAT,
        (request, right) -> {
          HttpServerResponse response = request.response().setStatusCode(307);
          response.putHeader("Location", central.url() + "/trap").end();
        });
    awaitLies(HEARTBEAT, 2);
    awaitCause("central_answers", HEARTBEAT, "redirect");
    assertThat(central.count("/trap")).isZero();
    central.lies.clear();
    awaitSound();
  }

  @Test
  void anAnswerThatDripsIsGivenUpAfterItsTime() {
    central.lies.put(
        HEARTBEAT,
        (request, right) -> {
          HttpServerResponse response = request.response().setChunked(true);
          response.putHeader("Content-Type", "application/json").write("{");
          central.drip(response, Duration.ofMillis(50));
        });
    awaitLies(HEARTBEAT, 3);
    awaitCause("central_answers", HEARTBEAT);
    central.lies.clear();
    awaitSound();
  }
}
