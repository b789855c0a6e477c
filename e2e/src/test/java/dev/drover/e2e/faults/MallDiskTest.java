package dev.drover.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.BeaconFleet;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Shared;
import dev.drover.e2e.harness.SmallDisk;
import dev.drover.e2e.harness.UplinkScene;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disk of all that a mall writes (its store, its cache, its queue, its keys) is full at a
 * random write, again and again: each write at the mall is done, or refused for want of room; with
 * room it goes on without a restart, and nothing that was acknowledged is missing at central.
 *
 * <p>{@code -Ddrover.fault.fills=10 -Ddrover.fault.seed=…}, with {@code -Ddrover.fault.queue=KAFKA}
 * of the other queue. A small disk needs root; the log says when it is left out.
 */
class MallDiskTest {
  private static final Logger LOG = LoggerFactory.getLogger(MallDiskTest.class);
  private static final int FILLS = Integer.getInteger("drover.fault.fills", 1);
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime());
  private static final UplinkScene.Queue QUEUE =
      UplinkScene.Queue.valueOf(System.getProperty("drover.fault.queue", "EMBEDDED_MQTT"));
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int MEGABYTES = 128;
  private static final int BEACONS = 4;

  private final CentralProcess central = Shared.central();
  private final Random random = new Random(SEED);
  private final Map<String, Map<Integer, Integer>> answers = new TreeMap<>();

  /** What the mall has acknowledged: the text of each area, null for one that was deleted. */
  private final Map<String, String> edits = new TreeMap<>();

  private Duration slowest = Duration.ZERO;
  private UplinkScene scene;
  private int number;

  @Test
  void f1EachWriteOnAFullDiskIsDoneOrRefusedAndNothingAcknowledgedIsLost() throws Exception {
    LOG.info("seed {}, {} fills, {}", SEED, FILLS, QUEUE);
    try (UplinkScene of = new UplinkScene(central, QUEUE, MEGABYTES);
        BeaconFleet fleet = new BeaconFleet(of.entity(), of.api(), BEACONS, SEED)) {
      assumeTrue(of.disk().isPresent(), "a small disk");
      scene = of;
      scene.start();
      fleet.start();
      // it has central's keys then, by which it knows the operator
      Awaitility.await("the operator").atMost(SOON).until(this::known);
      create();
      for (int fill = 1; fill <= FILLS; fill++) {
        fill(scene.disk().orElseThrow(), fleet);
      }
      answers.forEach((write, counts) -> LOG.info("{}: {}", write, counts));
      LOG.info(
          "{} fills, {} reports of beacons acknowledged, other answers to beacons: {}, healthy"
              + " again after {} s at most",
          FILLS,
          fleet.accepted(),
          fleet.refusals(),
          slowest.toMillis() / 1e3);
      finish(fleet);
      check(fleet);
      scene.killMall();
      scene.awaitHealth();
      check(fleet);
      assertThat(scene.ledger().path("gap").asLong()).isZero();
    }
  }

  private boolean known() {
    return scene.api().get(areas(), operator()).status() == 200;
  }

  private void fill(SmallDisk disk, BeaconFleet fleet) {
    fleet.allow(200);
    for (int i = random.nextInt(30); i >= 0; i--) {
      write();
    }
    fleet.pad(10_000);
    disk.fill();
    try {
      Awaitility.await("a write that does not fit")
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> create() == 507);
      for (int i = 0; i < 20; i++) {
        write();
      }
      Told.awaitProblem(scene.api(), "local_cache", Duration.ofSeconds(10));
    } finally {
      disk.free();
      fleet.pad(0);
    }
    long begun = System.nanoTime();
    Awaitility.await("healthy again, and it takes an edit")
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () ->
                scene.api().get("/health", null).json().path("status").asText().equals("healthy")
                    && create() == 202);
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    slowest = took.compareTo(slowest) > 0 ? took : slowest;
  }

  private void write() {
    boolean there = edits.values().stream().anyMatch(text -> text != null);
    switch (there ? random.nextInt(8) : 7) {
      case 0 -> replace();
      case 1 -> delete();
      case 2 -> told("resync", scene.api().post("/api/orchestrator/resync", operator(), "{}"));
      case 3 -> told("rekey", scene.api().post("/api/orchestrator/keys/rekey", operator(), "{}"));
      case 4 -> change();
      default -> create();
    }
  }

  private String operator() {
    return scene.operator();
  }

  private int told(String write, Api.Answer answer) {
    answers.computeIfAbsent(write, name -> new TreeMap<>()).merge(answer.status(), 1, Integer::sum);
    // the data may be away while they are fetched anew
    assertThat(answer.status()).as(write + " " + answer).isIn(202, 409, 503, 507);
    return answer.status();
  }

  private String areas() {
    return "/api/entities/" + scene.entity() + "/areas";
  }

  private static String document(String id, String text) {
    return "{\"id\":\"" + id + "\",\"text\":\"" + text + "\"}";
  }

  private int create() {
    String id = String.format("edge-%05d", number++);
    String text = "text of " + id + " ".repeat(1 + random.nextInt(3_000));
    int status = told("create", scene.api().post(areas(), operator(), document(id, text)));
    if (status == 202) {
      edits.put(id, text);
    }
    return status;
  }

  /** One that is there; the edits of one area are made one after the other. */
  private String any() {
    List<String> there =
        edits.entrySet().stream()
            .filter(edit -> edit.getValue() != null)
            .map(Map.Entry::getKey)
            .toList();
    return there.get(random.nextInt(there.size()));
  }

  private void replace() {
    String id = any();
    String text = "newer text of " + id + " " + number++;
    Api.Answer answer = scene.api().put(areas() + "/" + id, operator(), document(id, text));
    if (told("replace", answer) == 202) {
      edits.put(id, text);
    }
  }

  private void delete() {
    String id = any();
    Api.Answer answer = scene.api().call("DELETE", areas() + "/" + id).token(operator()).send();
    if (told("delete", answer) == 202) {
      edits.put(id, null);
    }
  }

  /** What the mall must fetch. */
  private void change() {
    String id = String.format("area-%05d", number++);
    Api.Answer answer = central.api().post(areas(), central.admin(), document(id, "t " + id));
    assertThat(answer.status()).as("central has room: " + answer).isEqualTo(201);
  }

  private void finish(BeaconFleet fleet) throws Exception {
    fleet.finish();
    Awaitility.await("every report is acknowledged").atMost(SOON).until(fleet::finished);
    fleet.check();
    scene.awaitHealth();
    assertThat(fleet.refusals().keySet())
        .as("a mall without room says so")
        .noneMatch(answer -> answer.startsWith("500"));
  }

  private void check(BeaconFleet fleet) {
    JsonNode ledger =
        Awaitility.await("the mall's queue is empty")
            .atMost(SOON)
            .pollInterval(Duration.ofMillis(200))
            .until(scene::ledger, now -> now.path("pending").asLong(-1) == 0);
    assertThat(ledger.path("gap").asLong()).as("gap: " + ledger).isZero();
    assertThat(ledger.path("parked").asLong()).as("parked: " + scene.parked()).isZero();
    Awaitility.await("each edit is at central")
        .atMost(SOON)
        .untilAsserted(() -> assertThat(texts(central.api())).containsAllEntriesOf(present()));
    Map<String, String> at = texts(central.api());
    edits.forEach((id, text) -> assertThat(at.containsKey(id)).as(id).isEqualTo(text != null));
    Awaitility.await("the mall has what central has")
        .atMost(SOON)
        .ignoreExceptions()
        .until(() -> texts(scene.api()).equals(at));
    assertThat(logs()).as("logs at central, each once and in order").isEqualTo(fleet.logs());
  }

  private Map<String, String> present() {
    Map<String, String> present = new TreeMap<>(edits);
    present.values().removeIf(text -> text == null);
    return present;
  }

  private Map<String, String> texts(Api api) {
    Map<String, String> texts = new TreeMap<>();
    int page;
    do {
      String range = "?limit=500&offset=" + texts.size();
      Api.Answer answer = api.get(areas() + range, operator());
      if (answer.status() != 200) {
        throw new IllegalStateException("areas: " + answer);
      }
      JsonNode list = answer.json().isArray() ? answer.json() : answer.json().path("data");
      page = list.size();
      list.forEach(area -> texts.put(area.path("id").asText(), area.path("text").asText()));
    } while (page == 500);
    return texts;
  }

  private Map<String, List<String>> logs() {
    Map<String, List<String>> stored = new TreeMap<>();
    String path = "/api/entities/" + scene.entity() + "/access-logs?limit=1000&cursor=";
    JsonNode page = Api.JSON.createObjectNode().put("cursor", "0-0");
    do {
      page = central.api().get(path + page.path("cursor").asText(), operator()).json();
      for (JsonNode entry : page.path("logs")) {
        stored
            .computeIfAbsent(entry.path("beacon_id").asText(), beacon -> new ArrayList<>())
            .add(entry.at("/log/log_id").asText());
      }
    } while (page.path("has_more").asBoolean());
    return stored;
  }
}
