package dev.drover.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disk of central's own document store is full at a random write, again and again: what is not
 * stored is answered 507, {@code /health} says so, and with room all goes on without a restart.
 *
 * <p>Size and seed: {@code -Ddrover.fault.fills=100 -Ddrover.fault.seed=…}.
 */
class CentralDiskTest {
  private static final Logger LOG = LoggerFactory.getLogger(CentralDiskTest.class);
  private static final int FILLS = Integer.getInteger("drover.fault.fills", 10);
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime());
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Set<String> stored = new TreeSet<>();
  private final Set<Integer> answers = new TreeSet<>();
  private int number;

  @Test
  void f1AFullDiskIs507AndMendsItselfAndHealthSaysIt() throws Exception {
    LOG.info("seed {}, {} fills", SEED, FILLS);
    Random random = new Random(SEED);
    // its own record of steps: the shared one may be larger than the store, whose size is the limit
    String steps = JavaProcess.HOME.resolve("e2e/target/executed-steps-full-disk.txt").toString();
    try (CentralProcess central =
        CentralProcess.alone("full-disk", Map.of("DROVER_STEP_LOG", steps))) {
      central.start();
      Api api = central.api();
      String admin = central.admin();
      Path file = central.data().resolve("mongo/drover.mv");
      for (int fill = 0; fill < FILLS; fill++) {
        for (int i = random.nextInt(10); i >= 0; i--) {
          write(api, admin);
        }
        long logged = warnings(central);
        FileLimit full = FileLimit.at(central.process().pid(), file);
        try {
          checkFull(api, admin);
        } finally {
          full.close();
        }
        Told.awaitHealthy(api, SOON);
        assertThat(write(api, admin)).isEqualTo(201);
        assertThat(warnings(central) - logged).as("warnings for one full disk").isLessThan(20);
      }
      assertThat(answers).as("answers to a write").containsOnly(201, 507);
      assertThat(ids(api, admin)).containsAll(stored);
      assertThat(central.starts()).isEqualTo(1);
      LOG.info("{} writes stored over {} fills", stored.size(), FILLS);
      central.kill();
      central.start();
      assertThat(ids(api, admin)).as("after kill -9").containsAll(stored);
    }
  }

  private void checkFull(Api api, String admin) {
    Awaitility.await("a write that does not fit")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> write(api, admin) == 507);
    JsonNode problem = Told.awaitProblem(api, "database", Duration.ofSeconds(10));
    assertThat(problem.path("cause").asText()).contains("is full");
    // Pages that nobody needs any more may have room for a few writes: then it is full once more.
    Awaitility.await("everybody is told")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                write(api, admin) == 507
                    && api.get("/health", null).status() == 503
                    && api.get("/api/entities/full/areas", admin).status() == 507);
  }

  private int write(Api api, String admin) {
    String id = String.format("area-%05d", number++);
    String body = "{\"id\":\"" + id + "\",\"text\":\"" + "x".repeat(20_000) + "\"}";
    int status = api.post("/api/entities/full/areas", admin, body).status();
    if (number == 1 && status == 404) {
      api.post("/api/entities", admin, "{\"id\":\"full\"}");
      return write(api, admin);
    }
    answers.add(status);
    if (status == 201) {
      stored.add(id);
    }
    return status;
  }

  private static List<String> ids(Api api, String admin) {
    List<String> ids = new ArrayList<>();
    JsonNode page = api.get("/api/entities/full/areas?limit=1000", admin).json();
    page.path("data").forEach(item -> ids.add(item.path("id").asText()));
    return ids;
  }

  private static long warnings(CentralProcess central) throws IOException {
    try (var all = Files.lines(central.output(), java.nio.charset.StandardCharsets.ISO_8859_1)) {
      return all.filter(line -> line.contains(" WARN ") || line.contains(" ERROR ")).count();
    }
  }
}
