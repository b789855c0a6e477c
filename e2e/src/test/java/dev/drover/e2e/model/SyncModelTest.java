package dev.drover.e2e.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.checksum.Checksums;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.camel.Exchange;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whatever happens in whatever order, after quiet the cache is what central has. Each seed is one
 * history: writers with clocks that disagree, events that come late, twice or not at all, a line
 * that breaks, a mall and a central that die between any two of their steps, items that rot. The
 * mall runs its real routes; {@code -Ddrover.model.seeds=from-to} runs others.
 */
class SyncModelTest {
  private static final String SEEDS = System.getProperty("drover.model.seeds", "1-200");
  private static final int ACTIONS = 30;
  private static final Logger LOG = LoggerFactory.getLogger(SyncModelTest.class);

  private static Path directory;
  private static EmbeddedMongo server;
  private static MongoClient client;

  @BeforeAll
  static void start() throws IOException {
    // Every step of both sides waits for its disk: memory makes room for more histories.
    Path memory = Path.of("/dev/shm");
    directory =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "drover-model")
            : Files.createTempDirectory("drover-model");
    server = new EmbeddedMongo(new MongoConfig(directory, 0, false)).start();
    client = MongoClients.create(server.url());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
    FileUtil.removeDir(directory.toFile());
  }

  /** The mall dies here. */
  private static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final class History {
    private final Random random;
    private final ModelCentral central;
    private final ModelMall mall;
    private final List<String> events = new ArrayList<>();
    private int eventId;
    private boolean quiet;
    private boolean died;
    private int deaths;
    private boolean rotten;
    private int repairs;

    History(long seed, MongoDatabase database, Path directory) {
      this.random = new Random(seed);
      String entity = "mall-" + seed;
      Duration skew = Duration.ofSeconds(random.nextInt(7200) - 3600);
      this.central = new ModelCentral(database, entity, skew);
      int page = random.nextBoolean() ? 0 : 1 + random.nextInt(4);
      this.mall = new ModelMall(directory, entity, page, this::request, this::publish);
    }

    private void request(Exchange exchange, String path) throws Exception {
      mayDie();
      repairs += path.endsWith("/items") ? 1 : 0;
      ModelCentral.Line line = ModelCentral.Line.GOOD;
      if (!quiet && random.nextInt(6) == 0) {
        ModelCentral.Line[] lines = ModelCentral.Line.values();
        line = lines[random.nextInt(lines.length)];
      }
      if (!quiet && random.nextInt(5) == 0) {
        central.write(random);
      }
      if (!quiet && random.nextInt(10) == 0) {
        central.restart();
      }
      central.answer(exchange, path, line, random);
      mayDie();
    }

    private void publish(Exchange exchange, String topic) {
      mayDie();
      if (!quiet && random.nextInt(10) == 0) {
        throw new IllegalStateException("the broker is away");
      }
    }

    /** Dead is dead: what the flow would do after it, in memory, must not reach anything. */
    private void mayDie() {
      if (died || !quiet && random.nextInt(12) == 0) {
        died = true;
        throw new Died();
      }
    }

    void run() throws Exception {
      mall.start();
      for (int i = 0; i < ACTIONS; i++) {
        act();
        if (died) {
          mall.kill();
          died = false;
          deaths++;
          mall.start();
        }
      }
      settle();
    }

    private void act() throws Exception {
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> central.write(random);
        case 4 -> events.addAll(central.relay(random.nextInt(4) == 0));
        case 5, 6 -> deliver();
        case 7, 8, 9 -> mall.run();
        case 10 -> mall.advance(Duration.ofSeconds(random.nextInt(1200)));
        default -> rare();
      }
    }

    private void deliver() {
      if (!events.isEmpty()) {
        int which = random.nextInt(events.size());
        String event = random.nextInt(4) == 0 ? events.get(which) : events.remove(which);
        mall.event("evt-1-0-%012d".formatted(++eventId), "data_update", event);
      }
    }

    private void rare() throws Exception {
      switch (random.nextInt(6)) {
        case 0 -> central.restart();
        case 1 -> {
          mall.kill();
          mall.start();
        }
        case 2 -> rot();
        case 3 -> central.forget();
        case 4 ->
            mall.event(
                "evt-1-0-%012d".formatted(++eventId),
                "resync_required",
                "{\"reason\":\"expired\"}");
        default -> events.clear();
      }
    }

    /** The cache has something else than central, and its own checksums agree with it. */
    private void rot() {
      if (mall.cache().state().ready()) {
        rotten = true;
        String collection = Checksums.COLLECTIONS.get(random.nextInt(4));
        List<Integer> bucket = List.of(Checksums.bucketOf("i" + random.nextInt(12)));
        mall.cache().repair(collection, bucket, java.util.Map.of());
      }
    }

    /** The line holds, nobody writes, and time passes. */
    private void settle() throws Exception {
      quiet = true;
      events.addAll(central.relay(false));
      while (!events.isEmpty()) {
        mall.event("evt-1-0-%012d".formatted(++eventId), "data_update", events.remove(0));
      }
      mall.wantVerify();
      int steps = 0;
      // Shorter than the time between two verifications, which would go on for ever.
      for (int idle = 0; idle < 5; idle++) {
        while (mall.run()) {
          idle = 0;
          assertThat(++steps).as("it does not come to rest").isLessThan(200);
        }
        mall.advance(Duration.ofMinutes(2));
      }
      assertThat(mall.contents()).isEqualTo(central.contents());
      assertThat(mall.cache().global()).isEqualTo(central.global());
      if (!rotten) {
        assertThat(repairs).as("repairs of what deltas and full syncs left behind").isZero();
      }
      assertThat(mall.owed()).as("owed acknowledgements").isZero();
      assertThat(mall.untold()).as("devices that were not told").isFalse();
      mall.close();
    }
  }

  /** What is kept of a history: a thousand malls do not fit into memory. */
  private record Tally(int deaths, int requests) {}

  /** One seed's history; says which one failed and how to run it again. */
  private static Tally history(long seed) {
    MongoDatabase database = client.getDatabase("model-" + seed);
    try {
      Path data = Files.createDirectories(directory.resolve("mall-" + seed));
      History history = new History(seed, database, data);
      history.run();
      return new Tally(history.deaths, history.central.requests());
    } catch (Exception | AssertionError e) {
      throw new AssertionError("failed: -Ddrover.model.seeds=" + seed + "-" + seed, e);
    } finally {
      database.drop();
    }
  }

  @Test
  void afterQuietTheCacheIsWhatCentralHas() throws Exception {
    String[] range = SEEDS.split("-");
    long first = Long.parseLong(range[0]);
    long last = Long.parseLong(range[1]);
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    List<Future<Tally>> histories = new ArrayList<>();
    for (long seed = first; seed <= last; seed++) {
      long which = seed;
      histories.add(threads.submit(() -> history(which)));
    }
    int deaths = 0;
    int requests = 0;
    try {
      for (Future<Tally> history : histories) {
        deaths += history.get().deaths();
        requests += history.get().requests();
      }
    } finally {
      threads.shutdownNow();
    }
    LOG.info("seeds {}: {} deaths, {} requests", SEEDS, deaths, requests);
    assertThat(deaths).isPositive();
  }
}
