package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.e2e.harness.WallClock;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Faults of the kind "clock": the wall clocks of a real central, with its Kafka, and of a real mall
 * are set by ±1 min, ±2 h and ±8 d at random moments, for the whole process and not only for our
 * code. Whatever they show, changes go both ways, heartbeats and verifications come in time, and in
 * the end everything that was accepted is there once. Needs a C compiler, and is skipped without.
 *
 * <p>Length and seed: {@code -Ddrover.clocks.minutes=60 -Ddrover.clocks.seed=…}.
 */
class ClocksTest {
  private static final Logger LOG = LoggerFactory.getLogger(ClocksTest.class);
  private static final Duration IN_TIME = Duration.ofSeconds(40);
  private static final int STEPS = 4;
  private static final long MINUTES = Long.getLong("drover.clocks.minutes", 0);
  private static final long SEED = Long.getLong("drover.clocks.seed", System.nanoTime());
  private static final List<Duration> OFFSETS =
      List.of(
          Duration.ofMinutes(1),
          Duration.ofMinutes(-1),
          Duration.ofHours(2),
          Duration.ofHours(-2),
          Duration.ofDays(8),
          Duration.ofDays(-8),
          Duration.ZERO);

  private final Random random = new Random(SEED);
  private final WallClock centralClock = new WallClock("central");
  private final WallClock mallClock = new WallClock("mall");
  private final Map<String, Integer> written = new HashMap<>();
  private CentralProcess central;
  private OrchestratorProcess mall;
  private long longest;

  private static Map<String, String> with(WallClock clock, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.putAll(clock.environment());
    return all;
  }

  private static ConditionFactory inTime(String what) {
    return Awaitility.await(what)
        .atMost(IN_TIME)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions();
  }

  /** Good by every clock of the test. */
  private String operator() {
    Clock early = Clock.offset(Clock.systemUTC(), Duration.ofDays(-9));
    return central.token(new Grant("olga", Role.OPERATOR, "clocks"), Duration.ofDays(20), early);
  }

  /** Its output has all days; a file of the log ends with its day. */
  private long logged(String event) {
    try (Stream<String> lines = Files.lines(mall.output(), StandardCharsets.ISO_8859_1)) {
      return lines.filter(line -> line.contains("event=\"" + event + "\"")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode area(JavaProcess where, String id) {
    return new Api(where.url()).get("/api/entities/clocks/areas/" + id, operator()).json();
  }

  @Test
  void f3f4f5NothingWaitsLongerThanItsSettingWhateverTheClocksShow() {
    LOG.info("seed {}", SEED);
    Map<String, String> often =
        Map.of("DROVER_HEARTBEAT_INTERVAL", "2s", "DROVER_LIMITS_HEARTBEAT", "1000/1m");
    Map<String, String> more = new HashMap<>(often);
    more.put("DROVER_SYNC_VERIFY_INTERVAL", "3s");
    more.put("DROVER_SYNC_DELTAS_PER_MINUTE", "1000");
    more.put("DROVER_SYNC_EDIT_PERIOD", "300");
    Map<String, String> settings = new HashMap<>(often);
    settings.put("DROVER_LIMITS_SYNC_DELTA", "100000/1m");
    try (CentralProcess first = CentralProcess.alone("clocks", with(centralClock, settings))) {
      central = first;
      central.launch();
      central.awaitHealth(Duration.ofMinutes(3));
      String create = "{\"id\":\"clocks\"}";
      String admin = central.token(Role.ADMIN, Grant.EVERY_ENTITY, "ada");
      assertThat(central.api().post("/api/entities", admin, create).status()).isEqualTo(201);
      try (OrchestratorProcess one =
          OrchestratorProcess.of(central, "clocks", with(mallClock, more))) {
        mall = one;
        mall.launch();
        mall.awaitHealth(Duration.ofMinutes(3));
        inTime("the mall has its data").until(() -> logged("full_synced") > 0);
        long end = System.nanoTime() + Duration.ofMinutes(MINUTES).toNanos();
        int steps = 0;
        while (steps < STEPS || System.nanoTime() < end) {
          steps++;
          step(steps);
        }
        centralClock.set(Duration.ZERO);
        mallClock.set(Duration.ZERO);
        work(steps + 1);
        nothingIsLostOrDoubled();
        LOG.info("{} steps, {} writes, the longest way took {} ms", steps, written.size(), longest);
      }
    }
  }

  private void step(int number) {
    Duration offset = OFFSETS.get(random.nextInt(OFFSETS.size()));
    int who = random.nextInt(3);
    if (who != 1) {
      centralClock.set(offset);
    }
    if (who != 0) {
      mallClock.set(offset);
    }
    LOG.info("central {}, mall {}", centralClock.ahead(), mallClock.ahead());
    work(number);
  }

  /** A change goes down, another one up, and the mall shows its signs of life. */
  private void work(int number) {
    long heartbeats = logged("heartbeat_sent");
    long verified = logged("cache_verified");
    long begin = System.nanoTime();
    String down = "down-" + number;
    String up = "up-" + number;
    write(central, down, 201);
    write(mall, up, 202);
    inTime("the change is at the mall").until(() -> area(mall, down).path("n").asInt() == 1);
    inTime("the edit is at central").until(() -> area(central, up).path("n").asInt() == 1);
    inTime("heartbeats").until(() -> logged("heartbeat_sent") >= heartbeats + 2);
    inTime("a verification").until(() -> logged("cache_verified") > verified);
    longest = Math.max(longest, (System.nanoTime() - begin) / 1_000_000);
  }

  private void write(JavaProcess where, String id, int status) {
    String body = "{\"id\":\"" + id + "\",\"n\":1}";
    inTime(id + " is taken")
        .untilAsserted(
            () -> {
              Api.Answer answer =
                  new Api(where.url()).post("/api/entities/clocks/areas", operator(), body);
              assertThat(answer.status()).as(answer.toString()).isIn(status, 409);
            });
    written.put(id, 1);
  }

  private void nothingIsLostOrDoubled() {
    inTime("the ledger is settled")
        .untilAsserted(
            () -> {
              JsonNode ledger = new Api(mall.url()).get("/api/uplink/ledger", operator()).json();
              assertThat(ledger.path("pending").asInt(-1)).as(ledger.toString()).isZero();
              assertThat(ledger.path("gap").asInt(-1)).as(ledger.toString()).isZero();
              assertThat(ledger.path("parked").asInt(-1)).as(ledger.toString()).isZero();
            });
    for (JavaProcess where : List.of(central, mall)) {
      inTime("every write is there once")
          .untilAsserted(
              () -> {
                Map<String, Integer> found = new HashMap<>();
                int page;
                int seen = 0;
                do {
                  JsonNode list =
                      new Api(where.url())
                          .get("/api/entities/clocks/areas?limit=500&offset=" + seen, operator())
                          .json();
                  JsonNode areas = list.isArray() ? list : list.path("data");
                  areas.forEach(area -> found.merge(area.path("id").asText(), 1, Integer::sum));
                  page = areas.size();
                  seen += page;
                } while (page == 500);
                assertThat(found).isEqualTo(written);
              });
    }
  }
}
