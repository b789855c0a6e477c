package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.BeaconFleet;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.LightMall;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.e2e.harness.Vitals;
import dev.drover.e2e.siege.Siege;
import dev.drover.engine.crypto.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Central and a mall with the heap that they are shipped with, under every attack that we know at
 * once, while 100 beacons and five malls do their work. No process may end or hang, memory stays
 * under a bound, health is answered all the time, every request of the well-behaved is answered,
 * their rate comes back, and nothing that was accepted is lost.
 *
 * <p>It runs after all other tests: beside them it would slow them down. {@code
 * -Ddrover.siege.seconds=600 -Ddrover.siege.idle=10000 -Ddrover.siege.health-seconds=5
 * -Ddrover.siege.seed=…} is the long form ({@code bench/siege.sh}).
 */
@Tag("last")
class SiegeTest {
  private static final Logger LOG = LoggerFactory.getLogger(SiegeTest.class);
  private static final int SECONDS = Integer.getInteger("drover.siege.seconds", 30);
  private static final int IDLE = Integer.getInteger("drover.siege.idle", 2_000);
  private static final long SEED = Long.getLong("drover.siege.seed", System.nanoTime());
  private static final int BEACONS = 100;
  private static final int LIGHT_MALLS = 4;
  private static final int REPORTS_PER_SECOND = 40;
  private static final int CALM_SECONDS = 10;
  private static final int BACK_WITHIN_SECONDS = 10;
  private static final double BACK = 0.8;
  private static final int LARGE_DOCUMENTS = 12;
  private static final int LARGE = 900_000;
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /** Resident memory in MB that no moment of the siege may exceed. */
  private static final Map<String, Long> BOUND = Map.of("central", 1_300L, "mall", 450L);

  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(5);
  private final AtomicInteger changes = new AtomicInteger();

  /** The reports that were acknowledged until each second. */
  private final List<Integer> accepted = new CopyOnWriteArrayList<>();

  @Test
  void everyAttackAtOnceStopsNothingAndLosesNothing() throws Exception {
    LOG.info("seed {}, {} s, {} idle connections", SEED, SECONDS, IDLE);
    try (CentralProcess central = CentralProcess.alone("siege", Map.of())) {
      central.start();
      try (OrchestratorProcess mall = OrchestratorProcess.of(central, "siege", settings());
          BeaconFleet fleet = new BeaconFleet("siege", new Api(mall.url()), BEACONS, SEED)) {
        mall.start();
        besiege(central, mall, fleet);
      }
    } finally {
      clock.shutdownNow();
    }
  }

  /** What a beacon may ask in a minute is a limit that this test is not about. */
  private static Map<String, String> settings() {
    return Map.of(
        "DROVER_LIMITS_BEACON_REQUESTS", "999999/1m", "DROVER_LIMITS_CHALLENGES", "999999/1m");
  }

  private void besiege(CentralProcess central, OrchestratorProcess mall, BeaconFleet fleet)
      throws Exception {
    List<LightMall> malls = new ArrayList<>();
    for (int i = 0; i < LIGHT_MALLS; i++) {
      malls.add(new LightMall(central, "siege-light-" + i));
    }
    malls.forEach(LightMall::start);
    malls.forEach(LightMall::awaitConnected);
    String token = victim(central);
    fleet.start();
    every(1_000 / REPORTS_PER_SECOND, () -> fleet.allow(1));
    every(500, () -> change(central));
    every(1_000, () -> accepted.add(fleet.accepted()));
    Vitals vitals = new Vitals(Map.of("central", central, "mall", mall), clock);
    Awaitility.await("beacons report").atMost(PATIENCE).until(() -> fleet.accepted() > BEACONS * 2);

    double calm = rate(CALM_SECONDS);
    long lost = fleet.refused("none");
    int before = fleet.accepted();
    double during;
    Siege siege =
        new Siege(
            central,
            mall,
            Integer.parseInt(mall.setting("DROVER_MQTT_PORT")),
            "siege-victim",
            token,
            IDLE,
            SEED);
    try (siege) {
      siege.begin();
      during = rate(SECONDS);
    }
    int back = back(calm);
    LOG.info("attacks: {}", siege.outcomes());
    LOG.info(
        "reports/s: {} before, {} during ({} of {}), back after {} s; other answers {}; {}",
        calm,
        during,
        fleet.accepted() - before,
        SECONDS * REPORTS_PER_SECOND,
        back,
        fleet.refusals(),
        vitals);

    assertThat(siege.outcomes().toString()).doesNotContain("FAULT OF THE TEST");
    siege
        .outcomes()
        .forEach((name, counts) -> assertThat(counts).as(name).doesNotContainKeys("500", "200"));
    vitals.check(BOUND);
    assertThat(back).as("seconds until the rate is back").isLessThanOrEqualTo(BACK_WITHIN_SECONDS);
    assertThat(fleet.refused("none")).as("requests of beacons without an answer").isEqualTo(lost);
    nothingIsLost(central, mall, fleet, malls);
    malls.forEach(LightMall::close);
  }

  private void every(int millis, Runnable work) {
    clock.scheduleAtFixedRate(
        () -> {
          try {
            work.run();
          } catch (RuntimeException e) {
            LOG.warn("a regular request failed: {}", e.toString());
          }
        },
        0,
        millis,
        TimeUnit.MILLISECONDS);
  }

  /** An entity with large documents, and the token of an orchestrator that may read them. */
  private static String victim(CentralProcess central) {
    String token =
        new Mall("siege-victim", "orch-001").register(central.api()).path("token").asText();
    for (int i = 0; i < LARGE_DOCUMENTS; i++) {
      String document = "{\"id\":\"area-" + i + "\",\"x\":\"" + "x".repeat(LARGE) + "\"}";
      Api.Answer answer =
          central.api().post("/api/entities/siege-victim/areas", central.admin(), document);
      assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
    }
    return token;
  }

  /** One change for one of the light malls, tried until central has it. */
  private void change(CentralProcess central) {
    int number = changes.get();
    String path = "/api/entities/siege-light-" + number % LIGHT_MALLS + "/areas";
    Api.Answer answer =
        central.api().post(path, central.admin(), "{\"id\":\"area-" + number + "\"}");
    if (answer.status() == 201 || answer.status() == 409) {
      changes.incrementAndGet();
    }
  }

  /** Reports that the mall acknowledges in a second, over the next so many. */
  private double rate(int seconds) {
    int from = accepted.size();
    Awaitility.await(seconds + " s of reports")
        .atMost(Duration.ofSeconds(seconds).plus(PATIENCE))
        .until(() -> accepted.size() > from + seconds);
    return (accepted.get(from + seconds) - accepted.get(from)) / (double) seconds;
  }

  /** After how many seconds the rate of two of them is what it was. */
  private int back(double calm) {
    int seconds = 0;
    while (seconds <= 6 * BACK_WITHIN_SECONDS && rate(2) < BACK * calm) {
      seconds += 2;
    }
    return seconds;
  }

  private void nothingIsLost(
      CentralProcess central, OrchestratorProcess mall, BeaconFleet fleet, List<LightMall> malls)
      throws Exception {
    clock.shutdown();
    assertThat(clock.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    fleet.finish();
    Awaitility.await("all reports are acknowledged").atMost(PATIENCE).until(fleet::finished);
    fleet.check();
    String operator = central.token(Role.OPERATOR, "siege", "olga");
    Api door = new Api(mall.url());
    JsonNode ledger =
        Awaitility.await("the uplink is empty")
            .atMost(PATIENCE)
            .until(
                () -> door.get("/api/uplink/ledger", operator).json(),
                now -> now.path("pending").asLong(-1) == 0);
    assertThat(ledger.path("gap").asLong()).as("gap: " + ledger).isZero();
    assertThat(ledger.path("parked").asLong()).as("parked: " + ledger).isZero();
    Map<String, List<String>> stored = stored(central, operator);
    fleet
        .logs()
        .forEach(
            (beacon, logs) ->
                assertThat(stored.get(beacon))
                    .as("logs of " + beacon)
                    .containsExactlyElementsOf(logs));
    for (int i = 0; i < LIGHT_MALLS; i++) {
      List<String> wanted = new ArrayList<>();
      for (int number = i; number < changes.get(); number += LIGHT_MALLS) {
        wanted.add("area-" + number);
      }
      LightMall light = malls.get(i);
      Awaitility.await(light.entity() + " has every change")
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(light.applied()).containsExactlyElementsOf(wanted));
    }
  }

  private static Map<String, List<String>> stored(CentralProcess central, String operator) {
    Map<String, List<String>> stored = new LinkedHashMap<>();
    String path = "/api/entities/siege/access-logs?limit=1000&cursor=";
    JsonNode page = Api.JSON.createObjectNode().put("cursor", "0-0");
    do {
      page = central.api().get(path + page.path("cursor").asText(), operator).json();
      for (JsonNode entry : page.path("logs")) {
        stored
            .computeIfAbsent(entry.path("beacon_id").asText(), beacon -> new ArrayList<>())
            .add(entry.at("/log/log_id").asText());
      }
    } while (page.path("has_more").asBoolean());
    return stored;
  }
}
