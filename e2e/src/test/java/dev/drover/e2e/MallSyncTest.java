package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A real mall at a real central: it has what central has after a start, a change, a kill -9 of
 * either side, a rotten file and an operator's wish, and it answers while central is away.
 */
class MallSyncTest {
  private static final CentralProcess CENTRAL =
      CentralProcess.alone("mall-sync", Map.of("DROVER_LIMITS_SYNC_DELTA", "100000/1m"));

  @BeforeAll
  static void start() {
    CENTRAL.start();
  }

  @AfterAll
  static void stop() {
    CENTRAL.close();
  }

  private static OrchestratorProcess mall(String entity) {
    return OrchestratorProcess.of(
        CENTRAL,
        entity,
        Map.of(
            "DROVER_SYNC_VERIFY_INTERVAL", "3s",
            "DROVER_SYNC_DELTAS_PER_MINUTE", "10000",
            "DROVER_SYNC_EDIT_PERIOD", "300"));
  }

  private static String operator(String entity) {
    return CENTRAL.token(Role.OPERATOR, entity, "olga");
  }

  private static ConditionFactory soon() {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions();
  }

  private static void upload(String entity, int count, String value) {
    ObjectNode body = Api.JSON.createObjectNode();
    for (String collection : Checksums.COLLECTIONS) {
      for (int i = 0; i < count; i++) {
        body.withArray(collection).addObject().put("id", collection + "-" + i).put("v", value);
      }
    }
    Api.Answer answer =
        CENTRAL
            .api()
            .post("/api/entities/" + entity + "/import", operator(entity), body.toString());
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
  }

  private static void put(String entity, String collection, String id, String value) {
    String path = "/api/entities/" + entity + "/import";
    String body = "{\"" + collection + "\":[{\"id\":\"" + id + "\",\"v\":\"" + value + "\"}]}";
    assertThat(CENTRAL.api().post(path, operator(entity), body).status()).isEqualTo(200);
  }

  private static String global(String entity) {
    return CENTRAL
        .api()
        .get("/api/orchestrators/sync/checksum?entity_id=" + entity, operator(entity))
        .json()
        .at("/checksums/global")
        .asText();
  }

  private static Api.Answer read(OrchestratorProcess mall, String path) {
    return new Api(mall.url())
        .get("/api/entities/" + mall.entity() + "/" + path, operator(mall.entity()));
  }

  private static JsonNode state(OrchestratorProcess mall) {
    return new Api(mall.url())
        .get("/api/orchestrator/state", operator(mall.entity()))
        .json()
        .path("sync");
  }

  /** The documents of the mall and those of central are the same, and both prove it. */
  private static void awaitEqual(OrchestratorProcess mall) {
    String entity = mall.entity();
    soon().until(() -> state(mall).path("checksum").asText().equals(global(entity)));
    JsonNode full =
        CENTRAL
            .api()
            .get("/api/orchestrators/sync/full?entity_id=" + entity, operator(entity))
            .json();
    // Again and again: a cache whose file is gone says what it had until somebody reads it.
    soon().untilAsserted(() -> assertEqual(mall, full.path("data")));
  }

  private static void assertEqual(OrchestratorProcess mall, JsonNode expected) {
    for (String collection : Checksums.COLLECTIONS) {
      JsonNode own = read(mall, collection).json();
      assertThat(own).as("a bare array").isInstanceOf(ArrayNode.class);
      assertThat(byId(own)).as(collection).isEqualTo(byId(expected.path(collection)));
    }
  }

  /** Whether one line of the mall's log has all these words. */
  private static boolean logged(OrchestratorProcess mall, String... words) throws IOException {
    try (Stream<Path> files = Files.walk(mall.data().resolve("logs"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        for (String line : Files.readAllLines(file)) {
          if (Arrays.stream(words).allMatch(line::contains)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static Map<String, String> byId(JsonNode items) {
    Map<String, String> byId = new TreeMap<>();
    items.forEach(item -> byId.put(item.path("id").asText(), item.toString()));
    return byId;
  }

  @Test
  void aMallHasWhatCentralHasAndAnswersWhileCentralIsAway() {
    String entity = "mall-reads";
    try (OrchestratorProcess mall = mall(entity)) {
      mall.start();
      upload(entity, 20, "old");
      awaitEqual(mall);
      put(entity, "areas", "areas-3", "new");
      soon().until(() -> read(mall, "areas/areas-3").json().path("v").asText().equals("new"));
      soon()
          .until(() -> logged(mall, "delta_synced", "areas 1, beacons 0", "\"records_synced\":1"));
      assertThat(read(mall, "areas/nobody").code()).isEqualTo("NOT_FOUND");
      assertThat(read(mall, "areas/").header("X-Drover-Stale-Since")).isNull();
      String mobile = CENTRAL.token(Role.MOBILE, entity, "phone");
      assertThat(new Api(mall.url()).get("/api/entities/" + entity + "/areas", mobile).status())
          .isEqualTo(403);

      CENTRAL.kill();
      soon().until(() -> read(mall, "areas").header("X-Drover-Stale-Since") != null);
      assertThat(read(mall, "areas/areas-3").json().path("v").asText()).isEqualTo("new");
      mall.kill();
      mall.start();
      assertThat(read(mall, "areas/areas-3").json().path("v").asText()).isEqualTo("new");
      assertThat(read(mall, "areas").header("X-Drover-Stale-Since")).isNotNull();

      CENTRAL.start();
      put(entity, "areas", "areas-3", "newest");
      soon().until(() -> read(mall, "areas/areas-3").json().path("v").asText().equals("newest"));
      soon().until(() -> read(mall, "areas").header("X-Drover-Stale-Since") == null);
      awaitEqual(mall);
    }
  }

  @Test
  void killsOfEitherSideInTheMiddleOfWritesLeaveBothEqual() {
    String entity = "mall-kills";
    Random random = new Random(20261121);
    try (OrchestratorProcess mall = mall(entity)) {
      mall.start();
      upload(entity, 300, "start");
      for (int round = 0; round < 6; round++) {
        upload(entity, 250 + random.nextInt(100), "round-" + round);
        if (round % 3 == 2) {
          CENTRAL.kill();
          CENTRAL.start();
        } else {
          // While the round is fetched or verified, or just after.
          String value = "round-" + round;
          soon()
              .pollInterval(Duration.ofMillis(1 + random.nextInt(100)))
              .until(() -> read(mall, "areas/areas-0").json().path("v").asText().equals(value));
          mall.kill();
          mall.start();
        }
        put(entity, "beacons", "beacons-" + random.nextInt(300), "after-" + round);
      }
      awaitEqual(mall);
    }
  }

  @Test
  void aRottenALostAndACutFileAreNoticedAndMended() throws IOException {
    String entity = "mall-rot";
    try (OrchestratorProcess mall = mall(entity)) {
      mall.start();
      upload(entity, 200, "whole");
      awaitEqual(mall);
      Path file = mall.data().resolve("cache.db");

      assertThat(mall.stop(Duration.ofSeconds(20))).isTrue();
      Random random = new Random(7);
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        for (int i = 0; i < 20; i++) {
          long at = 4096 + (long) (random.nextDouble() * (bytes.length() - 4096));
          bytes.seek(at);
          int old = bytes.read();
          bytes.seek(at);
          bytes.write(old ^ 1 << random.nextInt(8));
        }
      }
      mall.start();
      awaitEqual(mall);

      assertThat(mall.stop(Duration.ofSeconds(20))).isTrue();
      Files.delete(file);
      mall.start();
      awaitEqual(mall);

      assertThat(mall.stop(Duration.ofSeconds(20))).isTrue();
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        bytes.setLength(bytes.length() / 2);
      }
      mall.start();
      awaitEqual(mall);

      Files.delete(file);
      awaitEqual(mall);
      upload(entity, 10, "after the file vanished");
      awaitEqual(mall);
    }
  }

  @Test
  void anEditAtTheMallReachesCentralAndALosingOneIsKept() {
    String entity = "mall-edits";
    try (OrchestratorProcess mall = mall(entity)) {
      mall.start();
      upload(entity, 3, "old");
      awaitEqual(mall);
      Api api = new Api(mall.url());
      String areas = "/api/entities/" + entity + "/areas";
      assertThat(
              api.put(areas + "/areas-0", operator(entity), "{\"id\":\"areas-0\",\"v\":\"edge\"}")
                  .status())
          .isEqualTo(202);
      assertThat(read(mall, "areas/areas-0").json().path("v").asText()).isEqualTo("edge");
      soon().until(() -> centralArea(entity, "areas-0").equals("edge"));
      awaitEqual(mall);

      CENTRAL.kill();
      soon().until(() -> read(mall, "areas").header("X-Drover-Stale-Since") != null);
      for (String id : new String[] {"areas-1", "areas-2"}) {
        String edit = "{\"id\":\"" + id + "\",\"v\":\"offline\"}";
        assertThat(api.put(areas + "/" + id, operator(entity), edit).status()).isEqualTo(202);
      }
      assertThat(read(mall, "areas/areas-1").json().path("v").asText()).isEqualTo("offline");
      mall.kill();
      CENTRAL.start();
      put(entity, "areas", "areas-1", "central was first");
      mall.start();
      soon().until(() -> centralArea(entity, "areas-2").equals("offline"));
      soon().until(() -> state(mall).path("conflicts").asInt() == 1);
      JsonNode conflict = api.get("/api/sync/conflicts", operator(entity)).json().get(0);
      assertThat(conflict.toString()).contains("areas-1", "offline", "central was first");
      awaitEqual(mall);
      assertThat(read(mall, "areas/areas-1").json().path("v").asText())
          .isEqualTo("central was first");
    }
  }

  private static String centralArea(String entity, String id) {
    return CENTRAL
        .api()
        .get("/api/entities/" + entity + "/areas/" + id, operator(entity))
        .json()
        .path("v")
        .asText();
  }
}
