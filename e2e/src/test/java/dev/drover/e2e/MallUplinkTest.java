package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.e2e.harness.Ports;
import dev.drover.engine.crypto.Role;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A real mall with a backlog at a real central, both killed again and again: what was answered 202
 * is at central once, and the ledgers of both sides say the same.
 */
class MallUplinkTest {
  private static final int EDITS = 300;
  private static final CentralProcess CENTRAL =
      CentralProcess.alone("mall-uplink", Map.of("DROVER_LIMITS_SYNC_DELTA", "100000/1m"));

  @BeforeAll
  static void start() {
    CENTRAL.start();
  }

  @AfterAll
  static void stop() {
    CENTRAL.close();
  }

  private static String operator(String entity) {
    return CENTRAL.token(Role.OPERATOR, entity, "olga");
  }

  private static ConditionFactory soon() {
    return Awaitility.await()
        .atMost(Duration.ofMinutes(4))
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions();
  }

  private static OrchestratorProcess mall(String entity) {
    return OrchestratorProcess.of(
        CENTRAL,
        entity,
        Map.of(
            "DROVER_KAFKA_PORT", String.valueOf(Ports.free()),
            "DROVER_UPLINK_RETRY_DELAY", "100",
            "DROVER_UPLINK_BATCH_SIZE", "10",
            "DROVER_SYNC_DELTAS_PER_MINUTE", "10000",
            "DROVER_SYNC_EDIT_PERIOD", "100"));
  }

  private static JsonNode ledger(OrchestratorProcess mall) {
    return new Api(mall.url()).get("/api/uplink/ledger", operator(mall.entity())).json();
  }

  /** What central counted for this mall. */
  private static JsonNode uploads(String entity) {
    JsonNode answer = CENTRAL.api().get("/api/orchestrators", CENTRAL.admin()).json();
    JsonNode list = answer.isArray() ? answer : answer.path("orchestrators");
    for (JsonNode one : list) {
      if (one.path("entity_id").asText().equals(entity)) {
        return one.path("uploads");
      }
    }
    throw new AssertionError(entity + " is not in " + answer);
  }

  private static void edit(OrchestratorProcess mall, int n) {
    String id = "area-" + n;
    Api.Answer answer =
        new Api(mall.url())
            .post(
                "/api/entities/" + mall.entity() + "/areas",
                operator(mall.entity()),
                "{\"id\":\"" + id + "\",\"n\":" + n + "}");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(202);
  }

  private static void kill(Random random, OrchestratorProcess mall) {
    // Somewhere in the way of a batch: after a random part of what is left has gone out.
    int left = ledger(mall).path("pending").asInt();
    int moment = left == 0 ? 0 : random.nextInt(left);
    soon()
        .pollInterval(Duration.ofMillis(20))
        .until(() -> ledger(mall).path("pending").asInt() <= moment);
    mall.kill();
    if (random.nextBoolean()) {
      CENTRAL.kill();
      again(CENTRAL);
    }
    again(mall);
  }

  /** A start after a kill, on a crowded machine. */
  private static void again(JavaProcess process) {
    process.launch();
    process.awaitHealth(Duration.ofMinutes(3));
  }

  @Test
  void whatWasAcceptedOfflineIsAtCentralOnceWhoeverDies() {
    String entity = "mall-uplink";
    long seed = Long.getLong("drover.test.seed", System.nanoTime());
    Random random = new Random(seed);
    try (OrchestratorProcess mall = mall(entity)) {
      again(mall);
      String state = "/api/orchestrator/state";
      soon()
          .until(
              () ->
                  new Api(mall.url())
                      .get(state, operator(entity))
                      .json()
                      .at("/sync/ready")
                      .asBoolean());
      CENTRAL.kill();
      for (int n = 0; n < EDITS; n++) {
        if (n == EDITS / 2) {
          mall.kill();
          again(mall);
        }
        edit(mall, n);
      }
      soon().until(() -> ledger(mall).path("accepted").asInt() >= EDITS);
      again(CENTRAL);
      for (int round = 0; round < 3; round++) {
        kill(random, mall);
      }
      soon()
          .until(
              () ->
                  ledger(mall).path("pending").asInt() == 0
                      && new Api(mall.url())
                              .get(state, operator(entity))
                              .json()
                              .at("/sync/pending_edits")
                              .asInt()
                          == 0);
      agree(seed, mall);
    }
  }

  private static void agree(long seed, OrchestratorProcess mall) {
    String entity = mall.entity();
    JsonNode own = ledger(mall);
    JsonNode theirs = uploads(entity);
    System.out.printf("seed %d, %s: mall %s, central %s%n", seed, entity, own, theirs);
    assertThat(own.path("balanced").asBoolean()).as("seed %d: %s", seed, own).isTrue();
    assertThat(own.path("gap").asInt()).isZero();
    assertThat(own.path("parked").asInt()).isZero();
    assertThat(own.path("accepted").asInt())
        .isEqualTo(own.path("stored").asInt() + own.path("duplicate").asInt());
    assertThat(theirs.path("stored").asInt())
        .as("seed %d: each once, whether the mall heard of it or not", seed)
        .isEqualTo(own.path("stored").asInt() + own.path("duplicate").asInt());
    assertThat(theirs.path("highest_seq").asInt()).isEqualTo(own.path("last_receipt").asInt());
    String path = "/api/entities/" + entity + "/areas?limit=1000";
    JsonNode areas = CENTRAL.api().get(path, operator(entity)).json().path("data");
    Map<Integer, String> arrived = new TreeMap<>();
    areas.forEach(area -> arrived.put(area.path("n").asInt(), area.path("id").asText()));
    assertThat(arrived).as("seed %d", seed).hasSize(EDITS);
    assertThat(new Api(mall.url()).get("/api/sync/conflicts", operator(entity)).body())
        .isEqualTo("[]");
  }
}
