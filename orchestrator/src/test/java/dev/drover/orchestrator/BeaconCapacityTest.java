package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Envelope;
import dev.drover.proto.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** As many beacons at one mall as section 11.2 of document 1 speaks of. */
class BeaconCapacityTest extends MallTestBase {
  private static final int BEACONS = 500;
  private static final int THREADS = 8;

  /** One after the other, as a beacon does. */
  private static List<TestMall.Answer> speak(TestBeacon beacon) {
    return List.of(
        beacon.register(),
        beacon.heartbeat("online"),
        beacon.post("access-logs", beacon.logs("b-1", "l-01").toString()));
  }

  private static List<TestMall.Answer> together(List<TestBeacon> beacons) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Callable<List<TestMall.Answer>>> devices = new ArrayList<>();
      beacons.forEach(beacon -> devices.add(() -> speak(beacon)));
      List<TestMall.Answer> answers = new ArrayList<>();
      for (Future<List<TestMall.Answer>> device : threads.invokeAll(devices)) {
        answers.addAll(device.get());
      }
      return answers;
    } finally {
      threads.shutdownNow();
    }
  }

  /** What central has of each beacon: the types of its reports, as they were stored. */
  private Map<String, List<String>> arrived() {
    Map<String, List<String>> arrived = new HashMap<>();
    for (FakeUploads.Stored item : central.uploads.all()) {
      JsonNode report = item.body();
      if (report.has("jwe")) {
        report = Json.tree(Envelope.open(report.path("jwe").asText(), central.sealing));
        assertThat(report.path("logs")).hasSize(1);
      }
      if (report.has("beacon_id")) {
        String id = report.path("beacon_id").asText();
        arrived.computeIfAbsent(id, key -> new ArrayList<>()).add(item.type());
      }
    }
    return arrived;
  }

  /** NP-SCA-09. Nothing is raised for them: each beacon has its own share. */
  @Test
  void fiveHundredBeaconsAreServedAndAllTheySaidArrives() throws Exception {
    try (TestMall mall = settled(Map.of())) {
      List<TestBeacon> beacons =
          IntStream.range(0, BEACONS).mapToObj(i -> new TestBeacon(mall, "gate-" + i)).toList();
      assertThat(together(beacons))
          .hasSize(3 * BEACONS)
          .allSatisfy(answer -> assertThat(answer.status()).as(answer.body()).isEqualTo(200));

      JsonNode list = mall.get("/api/beacons", operator()).json();
      assertThat(list.path("beacons")).hasSize(BEACONS);
      assertThat(list.path("beacons"))
          .allMatch(beacon -> beacon.path("status").asText().equals("online"));

      await()
          .atMost(SOON)
          .until(
              () ->
                  mall.get("/api/uplink/ledger", operator()).json().path("pending").asInt(-1) == 0);
      JsonNode ledger = mall.get("/api/uplink/ledger", operator()).json();
      assertThat(ledger.path("balanced").asBoolean()).as(ledger.toString()).isTrue();
      assertThat(ledger.path("parked").asInt()).as(ledger.toString()).isZero();
      assertThat(ledger.path("stored").asInt() + ledger.path("duplicate").asInt())
          .as(ledger.toString())
          .isEqualTo(ledger.path("accepted").asInt())
          .isGreaterThanOrEqualTo(3 * BEACONS);

      Map<String, List<String>> arrived = arrived();
      assertThat(arrived.keySet())
          .containsExactlyInAnyOrderElementsOf(beacons.stream().map(TestBeacon::id).toList());
      assertThat(arrived.values())
          .allSatisfy(
              reports ->
                  assertThat(reports)
                      .startsWith("beacon_register")
                      .containsExactlyInAnyOrder(
                          "beacon_register", "beacon_heartbeat", "access_logs"));
    }
  }
}
