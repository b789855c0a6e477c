package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Contracts;
import dev.drover.e2e.harness.Mall;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue of 1,000 writes goes up in batches while central is killed with kill -9 in the middle of
 * them: nothing is lost, nothing is stored twice, the order stays, and central's ledger agrees with
 * the sender's. Seed: {@code -Ddrover.fault.seed=…}.
 */
class BeaconsCentralTest {
  private static final Logger LOG = LoggerFactory.getLogger(BeaconsCentralTest.class);
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime());
  private static final int ITEMS = 1000;
  private static final int BATCH = 50;
  private static final int KILLS = 3;
  private static final int BEACONS = 5;
  // A start takes seconds on a machine of its own, and a minute on a crowded one.
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final Instant BEGIN = Instant.parse("2025-01-08T00:00:00Z");

  private final Mall mall = Mall.fresh("uploads");
  private final AtomicInteger sent = new AtomicInteger();
  private final Map<Long, String> results = new TreeMap<>();
  private int repeated;

  private static String beacon(int item) {
    return "gate-" + item % BEACONS;
  }

  /** Each item is another log, or now and then one that central must refuse. */
  private ObjectNode item(int n) {
    ObjectNode item = Api.JSON.createObjectNode();
    item.put("seq", n).put("type", "access_logs").put("idempotency_key", "key-" + n);
    item.put("created_at", BEGIN.plusSeconds(n).toString());
    ObjectNode body = item.putObject("body");
    body.put("beacon_id", n % 100 == 99 ? "unknown" : beacon(n)).put("batch_id", "b-" + n);
    body.putArray("logs")
        .addObject()
        .put("timestamp", BEGIN.plusSeconds(n).toString())
        .put("user_id", "user-" + n)
        .put("result", "success");
    return item;
  }

  private String batch(int from) {
    ObjectNode batch = Api.JSON.createObjectNode();
    batch.put("entity_id", mall.entity()).put("batch_id", "batch-" + from);
    ArrayNode items = batch.putArray("items");
    for (int n = from; n < from + BATCH; n++) {
      items.add(item(n));
    }
    return batch.toString();
  }

  /** Sends until central has answered; what is lost on the way is sent again as it was. */
  private Void upload(CentralProcess central, String token) {
    for (int from = 0; from < ITEMS; from += BATCH) {
      String body = batch(from);
      Awaitility.await("an answer to batch " + from)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> accepted(central, token, body));
      sent.addAndGet(BATCH);
    }
    return null;
  }

  private boolean accepted(CentralProcess central, String token, String body) {
    Api.Answer answer;
    try {
      answer =
          central
              .api()
              .call("POST", "/api/orchestrators/uploads")
              .token(token)
              .json(body)
              .trySend();
    } catch (IOException e) {
      repeated++;
      return false;
    }
    if (answer.status() != 200) {
      assertThat(answer.status()).as(answer.toString()).isGreaterThanOrEqualTo(500);
      repeated++;
      return false;
    }
    Contracts.assertValid("upload-response", answer.json());
    for (JsonNode result : answer.json().path("results")) {
      results.put(result.path("seq").asLong(), result.path("status").asText());
    }
    return true;
  }

  @Test
  void aQueueGoesUpOnceAlthoughCentralDiesInTheMiddle() throws Exception {
    LOG.info("seed {}", SEED);
    Random random = new Random(SEED);
    ExecutorService sender = Executors.newSingleThreadExecutor();
    try (CentralProcess central = CentralProcess.alone("uploads", Map.of())) {
      central.start();
      String token = mall.register(central.api()).path("token").asText();
      for (int i = 0; i < BEACONS; i++) {
        Api.Answer answer =
            central
                .api()
                .post(
                    "/api/orchestrators/beacons/register",
                    token,
                    "{\"beacon_id\":\""
                        + beacon(i)
                        + "\",\"device_id\":\"device-"
                        + i
                        + "\",\"device_type\":\"turnstile\"}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
      }
      long begin = System.nanoTime();
      Future<?> work = sender.submit(() -> upload(central, token));
      for (int kill = 1; kill <= KILLS; kill++) {
        int at = ITEMS / (KILLS + 1) * kill + random.nextInt(BATCH);
        Awaitility.await("item " + at)
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(1 + random.nextInt(20)))
            .until(() -> sent.get() >= at || work.isDone());
        central.kill();
        central.launch();
        central.awaitHealth(PATIENCE);
      }
      work.get(PATIENCE.toMinutes(), TimeUnit.MINUTES);
      LOG.info(
          "{} items in {} ms over {} starts, {} attempts without an answer",
          ITEMS,
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
          central.starts(),
          repeated);
      check(central);
    } finally {
      sender.shutdownNow();
    }
  }

  private void check(CentralProcess central) {
    Map<String, Integer> told = new HashMap<>();
    results.values().forEach(status -> told.merge(status, 1, Integer::sum));
    assertThat(results).as("each item has a result").hasSize(ITEMS);
    assertThat(told.getOrDefault("rejected", 0)).isEqualTo(ITEMS / 100);
    int good = ITEMS - ITEMS / 100;
    assertThat(told.getOrDefault("stored", 0) + told.getOrDefault("duplicate", 0)).isEqualTo(good);

    String operator = central.token(Role.OPERATOR, mall.entity(), "olga");
    JsonNode ledger = central.api().get("/api/orchestrators", operator).json().at("/0/uploads");
    LOG.info("told {}, ledger {}", told, ledger);
    assertThat(ledger.path("stored").asInt()).as("stored once each").isEqualTo(good);
    assertThat(ledger.path("sent").asInt())
        .isEqualTo(
            ledger.path("stored").asInt()
                + ledger.path("duplicate").asInt()
                + ledger.path("rejected").asInt());
    assertThat(ledger.path("highest_seq").asInt()).isEqualTo(ITEMS - 1);

    List<String> expected = new ArrayList<>();
    for (int n = 0; n < ITEMS; n++) {
      if (n % 100 != 99) {
        expected.add("user-" + n);
      }
    }
    assertThat(stored(central, operator)).as("once, in order").isEqualTo(expected);
  }

  private List<String> stored(CentralProcess central, String operator) {
    List<String> users = new ArrayList<>();
    String path = "/api/entities/" + mall.entity() + "/access-logs?limit=1000&cursor=";
    JsonNode page = Api.JSON.createObjectNode().put("cursor", "0-0");
    do {
      page = central.api().get(path + page.path("cursor").asText(), operator).json();
      page.path("logs").forEach(entry -> users.add(entry.at("/log/user_id").asText()));
    } while (page.path("has_more").asBoolean());
    return users;
  }
}
