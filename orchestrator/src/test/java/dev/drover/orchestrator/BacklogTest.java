package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.Sealer;
import dev.drover.orchestrator.keys.Rekey;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.uplink.store.UplinkClass;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mall whose backlog is many times its memory, in a process with the heap that is shipped. The
 * case as it was reported: {@code -Ddrover.backlog.large=261 -Ddrover.backlog.small=1000}.
 */
class BacklogTest {
  private static final Logger LOG = LoggerFactory.getLogger(BacklogTest.class);
  private static final int LARGE = Integer.getInteger("drover.backlog.large", 12);
  private static final int SMALL = Integer.getInteger("drover.backlog.small", 1_000);
  private static final Duration PATIENCE = Duration.ofSeconds(120).plusMillis(2_000L * LARGE);

  @TempDir Path data;

  /** Writes as they lie in a store that an earlier version has filled. */
  private int fill() {
    FileKeyProvider keys = new FileKeyProvider(data.resolve("keys"));
    // A data directory without its identity is refused.
    keys.signing("orchestrator");
    Sealer sealer = Rekey.sealer(keys, "mall-store");
    Clock clock = Clock.systemUTC();
    try (MallStore mall = new MallStore(data.resolve("mall.db"), sealer, clock)) {
      UplinkStore store = new UplinkStore(mall, 4_000_000_000L, clock);
      String large = "{\"jwe\":\"" + "x".repeat(6_700_000) + "\"}";
      String small = "{\"jwe\":\"" + "x".repeat(27_000) + "\"}";
      for (int i = 0; i < Math.max(LARGE, SMALL); i++) {
        if (i < LARGE) {
          store.accept("access_logs", "b1", UplinkClass.NORMAL, null, large).orElseThrow();
        }
        if (i < SMALL) {
          store.accept("access_logs", "b" + i % 40, UplinkClass.NORMAL, null, small).orElseThrow();
        }
      }
    }
    return LARGE + SMALL;
  }

  private long queued() {
    FileKeyProvider keys = new FileKeyProvider(data.resolve("keys"));
    // A data directory without its identity is refused.
    keys.signing("orchestrator");
    Sealer sealer = Rekey.sealer(keys, "mall-store");
    try (MallStore mall = new MallStore(data.resolve("mall.db"), sealer, Clock.systemUTC())) {
      return mall.database()
          .first(row -> row.getLong(1), "SELECT count(*) FROM uplink_items WHERE published = 1")
          .orElseThrow();
    }
  }

  /** About 0.97 MB of access logs. */
  private static String large(TestBeacon beacon, String batch) {
    ObjectNode body = beacon.logs(batch);
    for (int i = 0; i < 4_000; i++) {
      body.withArray("logs")
          .addObject()
          .put("log_id", batch + "-" + i)
          .put("timestamp", "2026-11-21T10:00:00Z")
          .put("user_id", "user-" + i)
          .put("device_id", beacon.device)
          .put("result", "success")
          .put("method", "ecdsa_proof")
          .put("duration_ms", 150)
          .put("error", "x".repeat(60));
    }
    body.put("total_logs", 4_000);
    return body.toString();
  }

  /** Sends a batch until it is taken; nothing but an answer or a request to come again counts. */
  private static int handIn(TestBeacon beacon, String batch) {
    String body = large(beacon, batch);
    AtomicInteger busy = new AtomicInteger();
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              TestMall.Answer answer = beacon.post("access-logs", body);
              if (answer.status() == 503) {
                assertThat(answer.json().at("/error/code").asText()).isEqualTo("SERVICE_BUSY");
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
                busy.incrementAndGet();
                return false;
              }
              assertThat(answer.status()).as(answer.body()).isEqualTo(200);
              assertThat(answer.json().path("stored").asInt()).isEqualTo(4_000);
              return true;
            });
    return busy.get();
  }

  @Test
  void a8LargeBatchesOfManyBeaconsAtOnceAreEachAnswered() throws Exception {
    Map<String, String> settings =
        Map.of("drover.limits.challenges", "1000/1m", "drover.limits.beacon-requests", "1000/1m");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (FakeCentral central = new FakeCentral(FreePort.pick());
        MallProcess mall = new MallProcess(data, central.url(), settings)) {
      central.uploads.keepBodies = false;
      mall.start();
      mall.awaitHealth();
      List<Future<Integer>> senders = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        TestBeacon beacon = new TestBeacon(mall, "gate-" + i);
        assertThat(beacon.register().status()).isEqualTo(200);
        senders.add(threads.submit(() -> handIn(beacon, "a") + handIn(beacon, "b")));
      }
      int busy = 0;
      for (Future<Integer> sender : senders) {
        busy += sender.get();
      }
      mall.check();
      LOG.info("16 batches taken, {} answers 503, resident {} MB", busy, mall.resident());
      await().atMost(PATIENCE).until(() -> central.uploads.all().size() >= 8 + 16);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void a9AListOfAHundredMegabytesPassesThroughASmallHeap() throws Exception {
    int documents = 110;
    try (FakeCentral central = new FakeCentral(FreePort.pick());
        MallProcess mall = new MallProcess(data, central.url(), Map.of())) {
      String text = "t".repeat(900_000);
      for (int i = 0; i < documents; i++) {
        String json = "{\"id\":\"m%d\",\"text\":\"%s\"}".formatted(i, text);
        central.data.put("merchants", "m" + i, json);
      }
      mall.start();
      mall.awaitHealth();
      String operator = central.token(Role.OPERATOR, FakeCentral.ENTITY);
      String path = "/api/entities/" + FakeCentral.ENTITY + "/merchants";
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofSeconds(1))
          .until(
              () -> {
                mall.check();
                TestMall.Answer answer = mall.send("GET", path, operator, null);
                return answer.status() == 200 && answer.json().size() == documents;
              });
      mall.check();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqtt", "kafka"})
  void a7AMallWithABacklogStartsAgainAndDrainsItInOrder(String queue) throws Exception {
    int items = fill();
    int port = FreePort.pick();
    try (FakeCentral central = new FakeCentral(port);
        MallProcess mall = new MallProcess(data, central.url(), Map.of("drover.queue", queue))) {
      central.uploads.keepBodies = false;
      central.goAway();
      mall.start();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                mall.check();
                return queued() > 20;
              });
      mall.kill();
      long begin = System.nanoTime();
      mall.start();
      central.listen();
      long[] resident = new long[1];
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                mall.check();
                resident[0] = Math.max(resident[0], mall.resident());
                return central.uploads.all().size() == items;
              });
      assertThat(central.uploads.all()).extracting(FakeUploads.Stored::seq).isSorted();
      LOG.info(
          "{}: {} writes drained {} s after the start, resident at most {} MB",
          queue,
          items,
          (System.nanoTime() - begin) / 1_000_000_000,
          resident[0]);
    }
  }
}
