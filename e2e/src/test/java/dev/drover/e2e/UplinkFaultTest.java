package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.BeaconFleet;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.FaultProxy;
import dev.drover.e2e.harness.UplinkScene;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a mall has acknowledged to a beacon reaches central once and in order. Simulated beacons
 * report while the mall, its broker, central and central's event log are killed with kill -9 at
 * random moments, central answers 503, hangs and loses its answers, the line is cut, and the disk
 * of the queue fills. Each beacon writes down what was acknowledged (the oracle); in the end
 * central must have exactly that, and both ledgers must agree.
 *
 * <p>Size and seed of each queue: {@code -Ddrover.fault.items=50000 -Ddrover.fault.kills=30
 * -Ddrover.fault.seed=…}. Cutting the line and filling the disk need root; the log says when they
 * are left out.
 */
class UplinkFaultTest {
  private static final Logger LOG = LoggerFactory.getLogger(UplinkFaultTest.class);
  private static final int ITEMS = Integer.getInteger("drover.fault.items", 2_000);
  private static final int KILLS = Integer.getInteger("drover.fault.kills", 5);
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime());
  private static final int BEACONS = 24;
  // A start takes seconds on a machine of its own, and a minute on a crowded one.
  private static final Duration PATIENCE = Duration.ofMinutes(4).plusMillis(10L * ITEMS);
  // Megabytes; a mall keeps its beacons' logs, and Kafka what central has.
  private static final int DISK = 96 + ITEMS / 100;

  private enum Fault {
    KILL_BROKER(true),
    KILL_CENTRAL(true),
    KILL_MALL(true),
    KILL_EVENT_LOG(true),
    FREEZE_BROKER(false),
    ANSWER_503(false),
    HANG(false),
    LOSE_ANSWER(false),
    CUT_LINE(false),
    FILL_DISK(false);

    private final boolean kill;

    Fault(boolean kill) {
      this.kill = kill;
    }
  }

  private static CentralProcess central;

  private final Random random = new Random(SEED);

  @BeforeAll
  static void startCentral() {
    LOG.info("seed {}, {} items and {} kills for each queue", SEED, ITEMS, KILLS);
    central = CentralProcess.alone("uplink-fault", Map.of());
    central.start();
  }

  @AfterAll
  static void stopCentral() {
    central.close();
  }

  @Test
  void nothingIsLostWithABrokerBesideTheMall() throws Exception {
    everyReportArrivesOnce(UplinkScene.Queue.EXTERNAL_MQTT, ITEMS, KILLS);
  }

  @Test
  void nothingIsLostWithKafka() throws Exception {
    everyReportArrivesOnce(UplinkScene.Queue.KAFKA, ITEMS, KILLS);
  }

  @Test
  void nothingIsLostWithTheBrokerInTheMall() throws Exception {
    everyReportArrivesOnce(UplinkScene.Queue.EMBEDDED_MQTT, ITEMS / 3, KILLS / 3);
  }

  private void everyReportArrivesOnce(UplinkScene.Queue queue, int items, int kills)
      throws Exception {
    long begin = System.nanoTime();
    try (UplinkScene scene = new UplinkScene(central, queue, DISK);
        BeaconFleet fleet = new BeaconFleet(scene.entity(), scene.api(), BEACONS, SEED)) {
      scene.start();
      LOG.info("{} is ready after {} s", scene.entity(), seconds(begin));
      fleet.start();
      raise(faults(scene, queue, kills), items, scene, fleet);
      finish(scene, fleet, items);
      LOG.info(
          "{}: {} reports acknowledged after {} s, {} kills, other answers: {}",
          scene.entity(),
          fleet.accepted(),
          seconds(begin),
          scene.kills(),
          fleet.refusals());
      assertThat(fleet.accepted()).as("acknowledged").isGreaterThanOrEqualTo(items);
      assertThat(fleet.refusals().keySet())
          .as("a mall without room says so")
          .noneMatch(answer -> answer.startsWith("500"));
      assertThat(scene.kills()).as("kills").isGreaterThanOrEqualTo(kills);
      JsonNode ledger = awaitSettled(scene);
      LOG.info("{}: settled after {} s, {}", scene.entity(), seconds(begin), ledger);
      checkLedgers(scene, ledger);
      checkStored(scene, fleet);
      checkBeacons(scene, fleet);
    }
  }

  private static long seconds(long begin) {
    return (System.nanoTime() - begin) / 1_000_000_000;
  }

  private List<Fault> faults(UplinkScene scene, UplinkScene.Queue queue, int kills) {
    List<Fault> possible = new ArrayList<>(List.of(Fault.values()));
    if (queue == UplinkScene.Queue.EMBEDDED_MQTT) {
      possible.removeAll(List.of(Fault.KILL_BROKER, Fault.FREEZE_BROKER));
    }
    // It lasts too long for the short form.
    if (kills < 10) {
      possible.remove(Fault.FREEZE_BROKER);
    }
    if (scene.line().isEmpty()) {
      possible.remove(Fault.CUT_LINE);
    }
    if (scene.disk().isEmpty()) {
      possible.remove(Fault.FILL_DISK);
    }
    List<Fault> deadly = possible.stream().filter(fault -> fault.kill).toList();
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < kills; i++) {
      faults.add(deadly.get(i % deadly.size()));
    }
    for (int i = 0; i <= kills / 10; i++) {
      possible.stream().filter(fault -> !fault.kill).forEach(faults::add);
    }
    Collections.shuffle(faults, random);
    return faults;
  }

  /**
   * Spreads the faults over the run: each waits for a random point of its share of the reports, and
   * the beacons do not go beyond that share before it is over.
   */
  private void raise(List<Fault> faults, int items, UplinkScene scene, BeaconFleet fleet) {
    int share = items / faults.size() + 1;
    for (int i = 0; i < faults.size(); i++) {
      int moment = share * i + random.nextInt(share);
      fleet.allow(share);
      awaitAccepted(moment, scene, fleet);
      LOG.info("{} at report {}", faults.get(i), fleet.accepted());
      raise(faults.get(i), scene, fleet);
    }
  }

  private static void awaitAccepted(int reports, UplinkScene scene, BeaconFleet fleet) {
    Awaitility.await("report " + reports)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> {
              scene.revive();
              fleet.check();
              return fleet.accepted() >= reports;
            });
  }

  private void raise(Fault fault, UplinkScene scene, BeaconFleet fleet) {
    switch (fault) {
      case KILL_MALL -> {
        scene.killMall();
        // Its start may be hit, too.
        if (random.nextInt(4) == 0) {
          last(random.nextInt(4_000));
          scene.killMall();
        }
      }
      case KILL_BROKER -> scene.killBroker();
      case KILL_CENTRAL -> scene.killCentral();
      case KILL_EVENT_LOG -> scene.killEventLog();
      case FREEZE_BROKER -> scene.freezeBroker(3_000 + random.nextInt(7_000));
      case ANSWER_503 -> ill(scene, FaultProxy.Mode.ANSWER_503, 500 + random.nextInt(1_000));
      case HANG -> ill(scene, FaultProxy.Mode.HANG, 1_000 + random.nextInt(3_000));
      case LOSE_ANSWER -> ill(scene, FaultProxy.Mode.LOSE_ANSWER, 500 + random.nextInt(1_000));
      case CUT_LINE -> {
        scene.line().orElseThrow().cut();
        last(1_000 + random.nextInt(3_000));
        scene.line().orElseThrow().mend();
      }
      case FILL_DISK -> fillDisk(scene, fleet);
    }
  }

  private static void ill(UplinkScene scene, FaultProxy.Mode mode, long millis) {
    scene.proxy().set(mode);
    last(millis);
    scene.proxy().set(FaultProxy.Mode.PASS);
  }

  private static void last(long millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** Nothing leaves the mall, so the queue grows until a beacon hears that there is no room. */
  private static void fillDisk(UplinkScene scene, BeaconFleet fleet) {
    long before = fleet.refused("507 QUEUE_FULL");
    scene.proxy().set(FaultProxy.Mode.ANSWER_503);
    scene.disk().orElseThrow().fill();
    fleet.pad(10_000);
    Awaitility.await("a beacon hears that the mall has no room, other answers: " + fleet.refusals())
        .atMost(PATIENCE)
        .until(
            () -> {
              scene.revive();
              fleet.allow(BEACONS);
              return fleet.refused("507 QUEUE_FULL") > before;
            });
    fleet.pad(0);
    scene.disk().orElseThrow().free();
    scene.proxy().set(FaultProxy.Mode.PASS);
  }

  private static void finish(UplinkScene scene, BeaconFleet fleet, int items) throws Exception {
    awaitAccepted(items, scene, fleet);
    fleet.finish();
    Awaitility.await("every report is acknowledged")
        .atMost(PATIENCE)
        .until(
            () -> {
              scene.revive();
              return fleet.finished();
            });
    fleet.check();
    scene.awaitHealth();
  }

  private static JsonNode awaitSettled(UplinkScene scene) {
    return Awaitility.await("the mall's queue is empty")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(scene::ledger, ledger -> ledger.path("pending").asLong(-1) == 0);
  }

  private static void checkLedgers(UplinkScene scene, JsonNode mall) {
    assertThat(mall.path("balanced").asBoolean()).as("balanced: " + mall).isTrue();
    assertThat(mall.path("gap").asLong()).as("gap: " + mall).isZero();
    assertThat(mall.path("parked").asLong()).as("parked: " + scene.parked()).isZero();
    assertThat(mall.path("accepted").asLong())
        .isEqualTo(
            mall.path("stored").asLong()
                + mall.path("duplicate").asLong()
                + mall.path("superseded").asLong());

    String path = "/api/orchestrators?entity_id=" + scene.entity();
    JsonNode known = central.api().get(path, scene.operator()).json().at("/0/uploads");
    LOG.info("{}: central counts {}", scene.entity(), known);
    assertThat(known.path("highest_seq").asLong())
        .as("highest number at central")
        .isEqualTo(mall.path("last_receipt").asLong());
    assertThat(known.path("stored").asLong())
        .as("different items at central")
        .isEqualTo(mall.path("stored").asLong() + mall.path("duplicate").asLong());
  }

  /** Each log that was acknowledged, once, in the order in which its beacon sent it. */
  private static void checkStored(UplinkScene scene, BeaconFleet fleet) {
    Map<String, List<String>> stored = central.storedLogs(scene.entity());
    Map<String, List<String>> acknowledged = fleet.logs();
    assertThat(stored.keySet()).containsExactlyInAnyOrderElementsOf(acknowledged.keySet());
    acknowledged.forEach(
        (beacon, logs) ->
            assertThat(stored.get(beacon)).as("logs of " + beacon).containsExactlyElementsOf(logs));
    LOG.info(
        "{}: {} logs of {} beacons, each once and in order",
        scene.entity(),
        stored.values().stream().mapToInt(List::size).sum(),
        stored.size());
  }

  /** The last registration of each beacon, and its last heartbeat. */
  private static void checkBeacons(UplinkScene scene, BeaconFleet fleet) {
    Map<String, JsonNode> known = new LinkedHashMap<>();
    central
        .api()
        .get("/api/entities/" + scene.entity() + "/beacons/status?limit=1000", scene.operator())
        .json()
        .path("beacons")
        .forEach(beacon -> known.put(beacon.path("beacon_id").asText(), beacon));
    fleet
        .firmware()
        .forEach(
            (beacon, version) ->
                assertThat(known.get(beacon).path("firmware_version").asText())
                    .as("firmware of " + beacon)
                    .isEqualTo(version));
    fleet
        .heartbeats()
        .forEach(
            (beacon, times) ->
                assertThat(known.get(beacon).path("last_seen").asText(null))
                    .as("last heartbeat of " + beacon)
                    .isEqualTo(times.isEmpty() ? null : times.get(times.size() - 1)));
  }
}
