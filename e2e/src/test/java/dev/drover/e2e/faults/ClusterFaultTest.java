package dev.drover.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.LightMall;
import dev.drover.e2e.harness.OrchestratorProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three brokers and two centrals, kill -9 of each in turn and of two at once, while operators
 * change data and twenty malls listen and report. What was acknowledged is in its place once: each
 * change at its mall, each report at central. {@code /health} names who is dead within ten seconds.
 *
 * <p>It takes a minute to start, so it runs only when asked: {@code -Ddrover.cluster.minutes=30
 * -Ddrover.fault.seed=…}. The seed says who is killed, when, and for how long.
 */
@EnabledIfSystemProperty(named = "drover.cluster.minutes", matches = "\\d+")
class ClusterFaultTest {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterFaultTest.class);
  private static final long MINUTES = Long.getLong("drover.cluster.minutes", 5);
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime());
  private static final Duration NAMED = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Who dies at the same moment, by their places. */
  private record Kill(String kind, List<Integer> brokers, List<Integer> centrals) {}

  private final Random random = new Random(SEED);
  private final Map<String, Integer> kills = new TreeMap<>();
  private final Map<String, Long> worstNamed = new TreeMap<>();
  private final Map<String, Long> worstGood = new TreeMap<>();

  @Test
  void nothingIsLostOrDoubledAndTheDeadPartIsNamed() {
    LOG.info("seed {}, {} minutes", SEED, MINUTES);
    long begin = System.nanoTime();
    try (Cluster cluster = new Cluster();
        ClusterLoad load = begin(cluster)) {
      LOG.info("everything runs after {} s", seconds(begin));
      long end = System.nanoTime() + Duration.ofMinutes(MINUTES).toNanos();
      List<Kill> turn = new ArrayList<>();
      while (System.nanoTime() < end) {
        if (turn.isEmpty()) {
          turn.addAll(turn());
        }
        kill(cluster, turn.remove(0));
        load.check();
      }
      load.finish(PATIENCE);
      LOG.info("acknowledged {}, other answers {}", load.counts(), load.otherAnswers());
      check(cluster, load);
      LOG.info(
          "{} s: kills {}, worst ms until named {}, worst ms until well {}, {} events came again,"
              + " {} processes ended by themselves",
          seconds(begin),
          kills,
          worstNamed,
          worstGood,
          cluster.light.stream().mapToInt(LightMall::repeated).sum(),
          cluster.endedByThemselves());
      assertThat(worstNamed.values())
          .as("ms until it is named " + worstNamed)
          .allMatch(millis -> millis <= NAMED.toMillis());
      assertThat(cluster.endedByThemselves()).as("ended by themselves").isZero();
    }
  }

  private ClusterLoad begin(Cluster cluster) {
    cluster.start();
    ClusterLoad load = new ClusterLoad(cluster.centrals, random);
    cluster.light.forEach(load::begin);
    cluster.real.forEach(load::begin);
    return load;
  }

  /** Each once, each pair of brokers, both centrals, and one of each. */
  private List<Kill> turn() {
    List<Kill> turn = new ArrayList<>();
    for (int broker = 1; broker <= 3; broker++) {
      turn.add(new Kill("a broker", List.of(broker), List.of()));
      turn.add(new Kill("two brokers", List.of(broker, broker % 3 + 1), List.of()));
    }
    for (int central = 0; central < 2; central++) {
      turn.add(new Kill("a central", List.of(), List.of(central)));
      turn.add(
          new Kill("a broker and a central", List.of(1 + random.nextInt(3)), List.of(central)));
    }
    turn.add(new Kill("both centrals", List.of(), List.of(0, 1)));
    Collections.shuffle(turn, random);
    return turn;
  }

  private void kill(Cluster cluster, Kill kill) {
    lasts(Duration.ofMillis(1_000 + random.nextInt(4_000)));
    cluster.light.stream().filter(mall -> random.nextInt(4) == 0).forEach(LightMall::cut);
    LOG.info("kill -9: {}, brokers {}, centrals {}", kill.kind, kill.brokers, kill.centrals);
    kills.merge(kill.kind, 1, Integer::sum);
    long at = System.nanoTime();
    kill.brokers.forEach(cluster.kafka::kill);
    kill.centrals.forEach(central -> cluster.centrals.get(central).kill());
    List<CentralProcess> dead = kill.centrals.stream().map(cluster.centrals::get).toList();
    Awaitility.await("the dead are named: " + kill)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                kill.brokers.stream().allMatch(cluster::named)
                    && dead.stream().allMatch(cluster::named));
    note(worstNamed, kill, at, "named");
    lasts(Duration.ofMillis(random.nextInt(15_000)));
    long again = System.nanoTime();
    kill.brokers.forEach(cluster.kafka::launch);
    dead.forEach(CentralProcess::launch);
    cluster.awaitGood(PATIENCE);
    note(worstGood, kill, again, "well");
  }

  private static void note(Map<String, Long> worst, Kill kill, long since, String what) {
    long millis = Duration.ofNanos(System.nanoTime() - since).toMillis();
    LOG.info("{} after {} ms", what, millis);
    worst.merge(kill.kind, millis, Math::max);
  }

  private static void lasts(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    Awaitility.await()
        .atMost(time.plusSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> System.nanoTime() - end >= 0);
  }

  private static long seconds(long begin) {
    return Duration.ofNanos(System.nanoTime() - begin).toSeconds();
  }

  private void check(Cluster cluster, ClusterLoad load) {
    for (LightMall mall : cluster.light) {
      assertSame("applied by " + mall.entity(), load.changes(mall.entity()), mall::applied);
      assertThat(mall.resyncs()).as("resyncs of " + mall.entity()).isZero();
      CentralProcess central = cluster.centrals.get(random.nextInt(2));
      List<String> reports = load.reports(mall.entity());
      assertSame("reports of " + mall.entity(), reports, () -> reports(central, mall.entity()));
      assertThat(uploads(central, mall.entity()).path("stored").asInt()).isEqualTo(reports.size());
    }
    for (OrchestratorProcess mall : cluster.real) {
      String entity = mall.entity();
      assertSame("applied by " + entity, load.changes(entity), () -> changes(mall));
      CentralProcess central = cluster.centrals.get(random.nextInt(2));
      assertSame("edits of " + entity, load.edits(entity), () -> edits(central, entity));
      checkLedgers(central, mall);
    }
  }

  private static void assertSame(String what, List<String> oracle, Supplier<List<String>> found) {
    Awaitility.await(what + " are complete")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> new HashSet<>(found.get()).containsAll(oracle));
    assertThat(found.get()).as(what).isEqualTo(oracle);
  }

  /** A mall hears of its own edits too. */
  private static List<String> changes(OrchestratorProcess mall) {
    return mall.appliedIds().stream().filter(id -> !id.startsWith("edit-")).toList();
  }

  private static List<String> reports(CentralProcess central, String entity) {
    List<String> logs = new ArrayList<>();
    String path = "/api/entities/" + entity + "/access-logs?limit=1000&cursor=";
    JsonNode page = Api.JSON.createObjectNode().put("cursor", "0-0");
    do {
      page = central.api().get(path + page.path("cursor").asText(), central.admin()).json();
      page.path("logs").forEach(entry -> logs.add(entry.at("/log/log_id").asText()));
    } while (page.path("has_more").asBoolean());
    return logs;
  }

  private static List<String> edits(CentralProcess central, String entity) {
    List<String> ids = new ArrayList<>();
    central
        .api()
        .get("/api/entities/" + entity + "/merchants?limit=1000", central.admin())
        .json()
        .path("data")
        .forEach(item -> ids.add(item.path("id").asText()));
    return ids;
  }

  private static JsonNode uploads(CentralProcess central, String entity) {
    String path = "/api/orchestrators?entity_id=" + entity;
    return central.api().get(path, central.admin()).json().at("/0/uploads");
  }

  /** Each write that the mall has acknowledged is at central once, or told there by a newer one. */
  private static void checkLedgers(CentralProcess central, OrchestratorProcess mall) {
    Api api = new Api(mall.url());
    JsonNode ledger =
        Awaitility.await("the queue of " + mall.entity() + " is empty")
            .atMost(PATIENCE)
            .until(
                () -> api.get("/api/uplink/ledger", central.admin()).json(),
                counts -> counts.path("pending").asLong(-1) == 0);
    assertThat(ledger.path("balanced").asBoolean()).as("balanced: " + ledger).isTrue();
    assertThat(ledger.path("gap").asLong()).as("gap: " + ledger).isZero();
    assertThat(ledger.path("parked").asLong()).as("parked: " + ledger).isZero();
    assertThat(uploads(central, mall.entity()).path("stored").asLong())
        .as("different items at central: " + ledger)
        .isEqualTo(ledger.path("stored").asLong() + ledger.path("duplicate").asLong());
  }
}
