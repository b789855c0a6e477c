package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.SignatureForm;
import dev.drover.engine.crypto.TokenIds;
import dev.drover.flows.CatalogOfProcess;
import dev.drover.orchestrator.store.MallStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The whole mall against a central that does what the test says. */
class MallTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String EVENTS = "/api/orchestrators/events";

  @TempDir private Path data;
  private FakeCentral central;

  @BeforeEach
  void startCentral() {
    central = new FakeCentral(FreePort.pick());
  }

  @AfterEach
  void stopCentral() {
    central.close();
  }

  private TestMall mall(Map<String, String> more) {
    TestMall mall = new TestMall(data, central.url(), more);
    int before = central.streams.size();
    if (central.nextStatus.isEmpty()) {
      await().atMost(SOON).until(() -> central.streams.size() > before || connected(mall));
    }
    return mall;
  }

  private static boolean connected(TestMall mall) {
    return mall.get("/health", null)
        .json()
        .at("/checks/central_server_connection")
        .asText()
        .equals("healthy");
  }

  private JsonNode state(TestMall mall) {
    TestMall.Answer answer =
        mall.get("/api/orchestrator/state", central.token(Role.OPERATOR, FakeCentral.ENTITY));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  private List<String> acked(String status) {
    return central.acks.stream()
        .map(FakeCentral.Seen::json)
        .filter(ack -> ack.path("status").asText().equals(status))
        .flatMap(ack -> stream(ack.path("event_ids")))
        .distinct()
        .sorted()
        .toList();
  }

  private static java.util.stream.Stream<String> stream(JsonNode array) {
    return java.util.stream.StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText);
  }

  private void awaitKeys(TestMall mall) {
    String token = central.token(Role.OPERATOR, FakeCentral.ENTITY);
    await().atMost(SOON).until(() -> mall.get("/api/orchestrator/state", token).status() == 200);
  }

  @Test
  void theGateKnowsWhatFlowsOfThisProcessMayName() {
    try (TestMall mall = mall(Map.of())) {
      CatalogOfProcess.Compared catalog = mall.catalog("orchestrator");
      assertThat(catalog.written())
          .as("write it with -Dcatalog.update=true")
          .isEqualTo(catalog.found());
    }
  }

  @Test
  void registersOnceInTheGuidesFormAndComesBackWithItsCursor() {
    try (TestMall mall = mall(Map.of())) {
      assertThat(mall.context.isRunning()).isTrue();
      assertThat(central.registrations).hasSize(1);
      assertThat(central.forms).containsExactly(SignatureForm.GUIDE);
      FakeCentral.Seen registration = central.registrations.get(0);
      assertThat(registration.headers()).containsKey("x-idempotency-key");
      assertThat(registration.headers()).doesNotContainKeys("authorization", "firedtime");
      assertThat(registration.json().path("entity_id").asText()).isEqualTo(FakeCentral.ENTITY);
      assertThat(Instant.parse(registration.json().path("timestamp").asText()))
          .isAfter(Instant.now().minusSeconds(300));
      assertThat(central.streams.get(0).headers())
          .containsEntry("x-entity-id", FakeCentral.ENTITY)
          .containsEntry("x-orchestrator-id", FakeCentral.ASSIGNED)
          .containsEntry("accept", "text/event-stream")
          .doesNotContainKey("last-event-id");
      central.send("evt-e-0-1", "data_update", "{\"event_key\":\"k1\",\"changes\":{}}");
      await().atMost(SOON).until(() -> acked("applied").contains("evt-e-0-1"));
    }
    try (TestMall mall = mall(Map.of())) {
      assertThat(mall.context.isRunning()).isTrue();
      await().atMost(SOON).until(() -> central.streams.size() == 2);
      assertThat(central.registrations).as("the stored token is used").hasSize(1);
      assertThat(central.streams.get(1).headers()).containsEntry("last-event-id", "evt-e-0-1");
    }
  }

  @Test
  void handlesEachKindOfEventOnceAndSaysWhatBecameOfIt() {
    try (TestMall mall = mall(Map.of())) {
      awaitKeys(mall);
      String update =
          "{\"event_key\":\"k1\",\"changes\":{\"beacons\":[\"b1\",\"b2\"],\"areas\":[]}}";
      central.send("evt-e-0-1", "data_update", update);
      central.send("evt-e-0-2", "data_update", update);
      central.send("evt-e-0-3", "firmware_update", "{\"firmware_id\":\"fw\"}");
      central.send("evt-e-0-4", "task_create", "{\"task_id\":\"t\"}");
      central.send("evt-e-0-5", "access_log_request", "{\"request_id\":\"r\"}");
      central.send(
          "evt-e-0-6", "config_update", "{\"type\":\"a\",\"config\":{\"x\":1},\"version\":2}");
      central.send(
          "evt-e-0-7", "config_update", "{\"type\":\"a\",\"config\":{\"x\":0},\"version\":1}");
      central.send("evt-e-0-8", "config_update", "{\"type\":\"a\",\"config\":7,\"version\":3}");
      central.send("evt-e-0-9", "teleport", "{}");
      central.send("evt-e-0-10", "data_update", "this is no JSON");
      central.send("evt-e-0-11", "data_update", "{\"changes\":{\"areas\":[\"a1\"]}}");
      central.send("evt-e-0-0", "ping", "{\"timestamp\":\"now\"}");
      await().atMost(SOON).until(() -> acked("applied").contains("evt-e-0-11"));
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> {
                assertThat(acked("applied"))
                    .containsExactly("evt-e-0-1", "evt-e-0-11", "evt-e-0-2");
                assertThat(acked("failed")).containsExactly("evt-e-0-10", "evt-e-0-5", "evt-e-0-8");
                assertThat(acked("ignored"))
                    .as("d8: a stored configuration that no flow uses is not applied")
                    .containsExactly(
                        "evt-e-0-3", "evt-e-0-4", "evt-e-0-6", "evt-e-0-7", "evt-e-0-9");
              });
      MallStore store = mall.context.getBean(MallStore.class);
      assertThat(store.events().handledKeys()).startsWith("k1").doesNotHaveDuplicates().hasSize(10);
      assertThat(store.events().config("a")).contains("{\"x\":1}");
      assertThat(store.events().received("task_create")).isEqualTo(1);
      JsonNode state = state(mall);
      assertThat(state.path("cursor").asText())
          .as("a ping moves no cursor")
          .isEqualTo("evt-e-0-11");
      assertThat(state.at("/events/parked").asInt()).isEqualTo(3);
      assertThat(state.path("pending_acks").asInt()).isZero();
      assertThat(state.path("resync_needed").isNull()).isTrue();
      assertThat(central.acks)
          .allSatisfy(
              ack -> assertThat(ack.headers()).containsKeys("x-idempotency-key", "authorization"));

      central.send("evt-e-0-20", "resync_required", "{\"reason\":\"expired\"}");
      await().atMost(SOON).until(() -> state(mall).path("cursor").asText().equals("evt-e-0-20"));
      await().atMost(SOON).until(() -> Collections.frequency(central.syncKinds(0), "full") == 2);
      await().atMost(SOON).until(() -> state(mall).path("resync_needed").isNull());

      central.nextStatus.put("/api/orchestrators/uploads", 503);
      central.send("evt-e-0-21", "data_update", "{\"changes\":{}}");
      await().atMost(SOON).until(() -> state(mall).path("pending_acks").asInt() == 0);
      assertThat(central.acks.stream().filter(ack -> ack.body().contains("evt-e-0-21")).toList())
          .as("sent again after a failure, with the same key")
          .hasSize(2)
          .extracting(ack -> ack.headers().get("x-idempotency-key"))
          .containsOnly(
              central.acks.get(central.acks.size() - 1).headers().get("x-idempotency-key"));
      central.nextStatus.put("/api/orchestrators/uploads", 400);
      central.send("evt-e-0-22", "data_update", "{\"changes\":{}}");
      await()
          .atMost(SOON)
          .until(
              () ->
                  central.acks.stream().anyMatch(ack -> ack.body().contains("evt-e-0-22"))
                      && state(mall).path("pending_acks").asInt() == 0);
    }
  }

  @Test
  void tellsHowItIsToThoseWhoMayKnow() {
    try (TestMall mall = mall(Map.of())) {
      awaitKeys(mall);
      await().atMost(SOON).until(() -> connected(mall));
      TestMall.Answer health = mall.get("/health", null);
      assertThat(health.status()).isEqualTo(200);
      assertThat(health.json().path("status").asText()).isEqualTo("healthy");
      assertThat(health.json().path("checks").properties().stream().map(Map.Entry::getKey))
          .contains(
              "central_server_connection",
              "local_cache",
              "grpc_server",
              "tower_connection",
              "disk_space");
      assertThat(health.json().at("/metrics/connected_robots").isIntegralNumber()).isTrue();
      assertThat(health.json().at("/metrics/active_tasks").isIntegralNumber()).isTrue();
      assertThat(health.json().at("/metrics/cache_size_mb").asDouble()).isPositive();
      assertThat(health.json().at("/metrics/uptime_seconds").isIntegralNumber()).isTrue();
      assertThat(Instant.parse(health.json().path("timestamp").asText()))
          .isBetween(Instant.now().minusSeconds(60), Instant.now());
      assertThat(health.json().at("/checks/tower_connection").asText()).isEqualTo("not_configured");
      await().atMost(SOON).until(() -> central.heartbeats.size() >= 2);
      JsonNode beat = central.heartbeats.get(1).json();
      assertThat(beat.path("orchestrator_id").asText()).isEqualTo(FakeCentral.ASSIGNED);
      assertThat(beat.path("status").asText()).isIn("healthy", "degraded");
      assertThat(beat.at("/metrics/memory_used_mb").asLong()).isBetween(20L, 4000L);
      assertThat(beat.at("/metrics/disk_used_gb").asDouble()).isPositive();
      assertThat(beat.at("/metrics/cache_size_mb").asDouble()).isPositive();
      assertThat(beat.at("/metrics/cpu_percent").asDouble()).isBetween(0.0, 100.0);
      assertThat(beat.path("uptime_seconds").asLong()).isPositive();

      String path = "/api/orchestrator/state";
      assertThat(mall.get(path, null).status()).isEqualTo(401);
      assertThat(mall.get(path, central.token(Role.MOBILE, FakeCentral.ENTITY)).status())
          .isEqualTo(403);
      assertThat(mall.get(path, central.token(Role.OPERATOR, "mall-b")).json().at("/error/code"))
          .hasToString("\"ENTITY_FORBIDDEN\"");
      assertThat(mall.getManagement("/actuator/prometheus", null).status()).isEqualTo(401);
      assertThat(
              mall.getManagement("/actuator/prometheus", central.token(Role.OPERATOR, "*")).body())
          .contains("orchestrator_events_received_total");

      central.goAway();
      await().atMost(SOON).until(() -> !connected(mall));
      health = mall.get("/health", null);
      assertThat(health.status()).isEqualTo(200);
      assertThat(health.json().path("status").asText()).isEqualTo("degraded");
      assertThat(mall.get(path, central.token(Role.OPERATOR, "*")).status())
          .as("central's keys are known while it is away")
          .isEqualTo(200);
      central.listen();
      await().atMost(SOON).until(() -> connected(mall));
    }
  }

  @Test
  void comesBackAfterAnyEndOfTheStream() {
    try (TestMall mall = mall(Map.of("drover.events.watchdog", "1s"))) {
      await().atMost(SOON).until(() -> connected(mall));
      central.endStreams();
      await().atMost(SOON).until(() -> central.streams.size() == 2);
      assertThat(central.streams.get(1).headers()).containsEntry("last-event-id", "evt-e-0-0");
      // Nobody says anything: the watchdog ends the stream.
      await().atMost(SOON).until(() -> central.streams.size() == 3);
      central.send("evt-e-0-7", "unheard_of", "{}");
      await()
          .atMost(SOON)
          .until(
              () ->
                  central.streams.stream()
                      .anyMatch(seen -> "evt-e-0-7".equals(seen.headers().get("last-event-id"))));
      assertThat(central.registrations).hasSize(1);
      central.nextStatus.put(EVENTS, 401);
      await().atMost(SOON).until(() -> central.registrations.size() == 2);
      int before = central.streams.size();
      await().atMost(SOON).until(() -> central.streams.size() > before);
      assertThat(central.streams.get(central.streams.size() - 1).headers().get("authorization"))
          .isNotEqualTo(central.streams.get(0).headers().get("authorization"));
    }
  }

  @Test
  void renewsItsTokenAndRegistersWhenThatIsTooLate() {
    central.tokenLifetime = Duration.ofHours(12);
    try (TestMall mall = mall(Map.of())) {
      assertThat(mall.context.isRunning()).isTrue();
      await()
          .atMost(SOON)
          .until(() -> central.refreshes.size() == 1 || !central.refreshes.isEmpty());
      FakeCentral.Seen refresh = central.refreshes.get(0);
      String presented = refresh.headers().get("authorization").substring("Bearer ".length());
      assertThat(refresh.json().path("token_id").asText()).isEqualTo(TokenIds.jti(presented));
      assertThat(refresh.json().path("orchestrator_id").asText()).isEqualTo(FakeCentral.ASSIGNED);
      assertThat(Instant.parse(refresh.json().path("timestamp").asText()))
          .isAfter(Instant.now().minusSeconds(300));
      assertThat(refresh.headers()).containsKeys("authorization", "x-signature");
      central.tokenLifetime = Duration.ofDays(7);
      int settled = central.refreshes.size() + 1;
      await().atMost(SOON).until(() -> central.refreshes.size() >= settled);
      int before = central.refreshes.size();
      central.commands = "[{\"type\":\"token_refresh\"},{\"type\":\"dance\"}]";
      central.nextStatus.put("/api/orchestrators/token/refresh", 401);
      await().atMost(SOON).until(() -> central.refreshes.size() > before);
      await().atMost(SOON).until(() -> central.registrations.size() == 2);
      central.commands = "[]";
    }
  }

  @Test
  void repeatsALostRegistrationWithTheSameKey() {
    central.nextStatus.put("/api/orchestrators/register", 503);
    try (TestMall mall = mall(Map.of())) {
      assertThat(mall.context.isRunning()).isTrue();
      await().atMost(SOON).until(() -> central.registrations.size() == 2);
      assertThat(central.registrations)
          .extracting(seen -> seen.headers().get("x-idempotency-key"))
          .containsOnly(central.registrations.get(0).headers().get("x-idempotency-key"));
      assertThat(central.registrations.get(1).body())
          .isEqualTo(central.registrations.get(0).body());
    }
  }

  @Test
  void e1AnyOtherStatusThanASuccessIsAnErrorWithThatStatus() {
    String register = "/api/orchestrators/register";
    try (TestMall mall = mall(Map.of("drover.events.backoff", "100ms"))) {
      await().atMost(SOON).until(() -> connected(mall));
      ListAppender<ILoggingEvent> log = new ListAppender<>();
      log.list = new CopyOnWriteArrayList<>();
      log.start();
      Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
      root.addAppender(log);
      try {
        central.nextStatus.put(register, 422);
        central.nextStatus.put(EVENTS, 401);
        central.endStreams();
        await()
            .atMost(SOON)
            .until(
                () -> log.list.stream().anyMatch(event -> said(event).contains(": 422 TEST_422")));
        await().atMost(SOON).until(() -> connected(mall));
        int registered = central.registrations.size();
        central.nextStatus.put(register, 201);
        central.nextStatus.put(EVENTS, 401);
        int streams = central.streams.size();
        central.endStreams();
        // The refused one and the one with the new token.
        await().atMost(SOON).until(() -> central.streams.size() >= streams + 2);
        assertThat(central.registrations).hasSize(registered + 1);
      } finally {
        root.detachAppender(log);
      }
    }
  }

  private static String said(ILoggingEvent event) {
    IThrowableProxy thrown = event.getThrowableProxy();
    return event.getFormattedMessage() + (thrown == null ? "" : thrown.getMessage());
  }

  @Test
  void d8EverySuccessOfCentralIsASuccess() {
    central.nextStatus.put("/api/orchestrators/register", 201);
    try (TestMall mall = mall(Map.of())) {
      await().atMost(SOON).until(() -> central.streams.size() == 1);
      assertThat(mall.context.isRunning()).isTrue();
      assertThat(central.registrations)
          .singleElement()
          .satisfies(
              seen ->
                  assertThat(seen.json().path("capabilities").toString())
                      .isEqualTo("[\"beacon_management\"]"));
    }
  }
}
