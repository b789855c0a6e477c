package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.LightMall;
import dev.drover.e2e.harness.OrchestratorProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * No event is lost or handled twice. Many malls listen while one writer per mall changes data, and
 * central, its Kafka child and an orchestrator are killed with kill -9 at random moments and
 * streams are cut. Each writer notes a change in a file before it sends it (the oracle); in the end
 * what each mall applied must equal its oracle: all of it, in order, once.
 *
 * <p>Size and seed: {@code -Ddrover.fault.changes=20000 -Ddrover.fault.seed=…}.
 */
class FaultTest {
  private static final Logger LOG = LoggerFactory.getLogger(FaultTest.class);
  private static final int LIGHT_MALLS = 18;
  private static final int CHANGES = Integer.getInteger("drover.fault.changes", 4_000);
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime());

  private enum Fault {
    KILL_CENTRAL,
    KILL_BROKER,
    KILL_ORCHESTRATOR,
    CUT_STREAMS
  }

  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger repeated = new AtomicInteger();
  private final Path oracles = JavaProcess.HOME.resolve("e2e/target/oracle");

  @Test
  void everyChangeReachesItsMallOnceAndInOrder() throws Exception {
    LOG.info("seed {}, {} changes", SEED, CHANGES);
    Random random = new Random(SEED);
    long begin = System.nanoTime();
    List<LightMall> light = new ArrayList<>();
    List<OrchestratorProcess> real = new ArrayList<>();
    ExecutorService writers = Executors.newCachedThreadPool();
    try (CentralProcess central = CentralProcess.alone("fault", Map.of())) {
      central.start();
      try {
        List<String> entities = new ArrayList<>();
        for (int i = 0; i < LIGHT_MALLS; i++) {
          light.add(new LightMall(central, "light-" + i));
          entities.add("light-" + i);
        }
        for (int i = 0; i < 2; i++) {
          OrchestratorProcess orchestrator = OrchestratorProcess.of(central, "real-" + i);
          orchestrator.launch();
          real.add(orchestrator);
          entities.add(orchestrator.entity());
        }
        real.forEach(orchestrator -> orchestrator.awaitHealth(Duration.ofSeconds(90)));
        light.forEach(LightMall::start);
        light.forEach(LightMall::awaitConnected);
        real.forEach(orchestrator -> awaitConnected(central, orchestrator));
        LOG.info("{} malls listen after {} s", entities.size(), seconds(begin));

        String token = central.admin();
        int each = (CHANGES + entities.size() - 1) / entities.size();
        List<Future<?>> work = new ArrayList<>();
        for (String entity : entities) {
          work.add(writers.submit(() -> write(central.api(), token, entity, each)));
        }
        raise(faults(random), random, central, real, light, each * entities.size());
        for (Future<?> writer : work) {
          writer.get(5, TimeUnit.MINUTES);
        }
        LOG.info(
            "{} changes written after {} s, {} answers were lost on the way",
            accepted,
            seconds(begin),
            repeated);
        for (LightMall mall : light) {
          assertSame(mall.entity(), oracle(mall.entity()), mall::applied);
          assertThat(mall.resyncs()).as("resyncs of " + mall.entity()).isZero();
        }
        for (OrchestratorProcess mall : real) {
          assertSame(mall.entity(), oracle(mall.entity()), mall::appliedIds);
        }
        LOG.info(
            "{} malls applied {} changes exactly, {} events were delivered again, {} s, {} starts"
                + " of central",
            entities.size(),
            accepted,
            light.stream().mapToInt(LightMall::repeated).sum(),
            seconds(begin),
            central.starts());
      } finally {
        writers.shutdownNow();
        light.forEach(LightMall::close);
        real.forEach(OrchestratorProcess::close);
      }
    }
  }

  private static long seconds(long begin) {
    return (System.nanoTime() - begin) / 1_000_000_000;
  }

  private static void awaitConnected(CentralProcess central, OrchestratorProcess orchestrator) {
    Awaitility.await(orchestrator.entity() + " listens")
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                central
                    .api()
                    .get("/api/orchestrators?entity_id=" + orchestrator.entity(), central.admin())
                    .body()
                    .contains("\"connected\":true"));
  }

  private static List<Fault> faults(Random random) {
    List<Fault> faults = new ArrayList<>();
    faults.addAll(Collections.nCopies(3, Fault.KILL_CENTRAL));
    faults.addAll(Collections.nCopies(3, Fault.KILL_BROKER));
    faults.addAll(Collections.nCopies(3, Fault.KILL_ORCHESTRATOR));
    faults.addAll(Collections.nCopies(8, Fault.CUT_STREAMS));
    Collections.shuffle(faults, random);
    return faults;
  }

  /** Spreads the faults over the run: each waits for a random point of its share of the changes. */
  private void raise(
      List<Fault> faults,
      Random random,
      CentralProcess central,
      List<OrchestratorProcess> real,
      List<LightMall> light,
      int total) {
    for (int i = 0; i < faults.size(); i++) {
      double share = 0.95 * total / faults.size();
      int moment = (int) (share * i + share * random.nextDouble());
      Awaitility.await("change " + moment)
          .atMost(Duration.ofMinutes(4))
          .pollInterval(Duration.ofMillis(5))
          .until(() -> accepted.get() >= moment);
      LOG.info("{} at change {}", faults.get(i), accepted);
      switch (faults.get(i)) {
        case KILL_CENTRAL -> {
          central.kill();
          central.start();
        }
        case KILL_BROKER -> central.process().descendants().forEach(ProcessHandle::destroyForcibly);
        case KILL_ORCHESTRATOR -> {
          OrchestratorProcess victim = real.get(random.nextInt(real.size()));
          victim.kill();
          victim.launch();
        }
        case CUT_STREAMS ->
            light.stream().filter(mall -> random.nextBoolean()).forEach(LightMall::cut);
      }
    }
  }

  private void write(Api api, String token, String entity, int count) {
    Path oracle = oracles.resolve(entity + ".txt");
    try {
      Files.createDirectories(oracles);
      Files.deleteIfExists(oracle);
      for (int i = 0; i < count; i++) {
        String id = String.format("%s-%05d", entity, i);
        Files.writeString(oracle, id + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        send(api, token, "/api/entities/" + entity + "/areas", "{\"id\":\"" + id + "\"}");
        accepted.incrementAndGet();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Sends a change until it is known to be stored: 201, or 409 for the repetition of a lost one.
   */
  private void send(Api api, String token, String path, String json) {
    for (int attempt = 0; !Thread.currentThread().isInterrupted(); attempt++) {
      try {
        Api.Answer answer = api.call("POST", path).token(token).json(json).trySend();
        if (answer.status() == 201 || answer.status() == 409 && attempt > 0) {
          return;
        }
        if (answer.status() < 500) {
          throw new IllegalStateException("refused: " + answer);
        }
      } catch (IOException e) {
        // Central is down or was killed under the request: nobody knows whether it is stored.
        LOG.trace("no answer", e);
      }
      repeated.incrementAndGet();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
  }

  private List<String> oracle(String entity) throws IOException {
    return Files.readAllLines(oracles.resolve(entity + ".txt"));
  }

  private static void assertSame(
      String entity, List<String> oracle, java.util.function.Supplier<List<String>> applied) {
    Awaitility.await(entity + " has applied its last change")
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> applied.get().size() >= oracle.size());
    assertThat(applied.get()).as("what " + entity + " applied").isEqualTo(oracle);
  }
}
