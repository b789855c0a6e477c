package dev.drover.e2e.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.SmallDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disk of all that central writes (its store, its event log, its keys) is full at a random
 * POST: each POST of the contract is done, or says that there is no room; with room it is done
 * under the same key, once. {@code -Ddrover.fault.fills=10} fills, {@code -Ddrover.fault.seed=…}
 * repeats. A small disk needs root; the log says when it is left out.
 */
class FullDiskTest {
  private static final Logger LOG = LoggerFactory.getLogger(FullDiskTest.class);
  private static final int FILLS = Integer.getInteger("drover.fault.fills", 1);
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime());
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int MEGABYTES = 128;

  private final Random random = new Random(SEED);
  private final Map<String, Map<Integer, Integer>> answers = new TreeMap<>();
  private Duration slowest = Duration.ZERO;

  @Test
  void f1EachPostOnAFullDiskIsDoneOrRefusedAndIsDoneOnceWhenThereIsRoom() throws Exception {
    LOG.info("seed {}, {} fills", SEED, FILLS);
    Optional<SmallDisk> small = SmallDisk.mount("central", MEGABYTES);
    assumeTrue(small.isPresent(), "a small disk");
    try (SmallDisk disk = small.get();
        CentralProcess central = central(disk)) {
      central.start();
      try (MongoClient client =
          MongoClients.create("mongodb://127.0.0.1:" + central.setting("DROVER_MONGO_PORT"))) {
        for (int fill = 1; fill <= FILLS; fill++) {
          Scene scene = new Scene(central, client.getDatabase("navign"), number -> false);
          fill(central, disk, scene);
        }
      }
      assertThat(central.starts()).isEqualTo(1);
      answers.forEach((operation, counts) -> LOG.info("{}: {}", operation, counts));
      LOG.info("{} fills, healthy again after {} s at most", FILLS, slowest.toMillis() / 1e3);
      assertThat(answers.values())
          .allSatisfy(counts -> assertThat(counts.keySet()).doesNotContain(500));
      assertThat(answers.values())
          .as("some were refused")
          .anySatisfy(counts -> assertThat(counts).containsKey(507));
    }
  }

  private static CentralProcess central(SmallDisk disk) {
    return CentralProcess.alone(
        "full",
        Map.of(
            "DROVER_DATA",
            disk.directory("central").toString(),
            "DROVER_KEYS",
            disk.directory("central").resolve("keys").toString(),
            "SPRING_PROFILES_ACTIVE",
            "production",
            "DROVER_IDEMPOTENCY_LEASE",
            "2s"));
  }

  private void fill(CentralProcess central, SmallDisk disk, Scene scene) throws Exception {
    List<Post> posts = new ArrayList<>(scene.posts());
    Collections.shuffle(posts, random);
    int before = random.nextInt(posts.size() / 2);
    Map<Post, Api.Answer> done = new LinkedHashMap<>();
    for (Post post : posts.subList(0, before)) {
      done.put(post, post.sendDone(central.api()));
    }
    List<Post> refused = new ArrayList<>();
    long told = told(central);
    boolean ofStore = false;
    disk.fill();
    try {
      for (Post post : posts.subList(before, posts.size())) {
        Api.Answer answer = post.send(central.api());
        answers
            .computeIfAbsent(post.operation(), operation -> new TreeMap<>())
            .merge(answer.status(), 1, Integer::sum);
        if (answer.status() == post.status()) {
          done.put(post, answer);
        } else {
          assertThat(answer.status()).as(post.operation() + " " + answer).isIn(507, 503, 409);
          refused.add(post);
          // A key is a file of its own: the store may have room when there is none for it.
          ofStore |= answer.status() == 507 && !post.operation().endsWith("SigningKey");
        }
      }
      // Pages that nobody needs any more may be room enough for the store to be well again by now.
      assertThat(!ofStore || sick(central) || told(central) > told)
          .as("health says it, or has said it")
          .isTrue();
    } finally {
      disk.free();
    }
    long begun = System.nanoTime();
    Awaitility.await("healthy again").atMost(SOON).until(() -> !sick(central));
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    slowest = took.compareTo(slowest) > 0 ? took : slowest;
    for (Post post : refused) {
      done.put(post, post.repeatDone(central.api()));
    }
    for (Map.Entry<Post, Api.Answer> one : done.entrySet()) {
      one.getKey().assertReplayed(central.api(), one.getValue());
    }
    scene.assertEachEffectOnce();
  }

  /** How often a full disk has begun to stand in its health. */
  private static long told(CentralProcess central) throws IOException {
    try (Stream<String> lines = Files.lines(central.output(), StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.contains("is full: nothing can be written"))
          .filter(line -> line.contains("problem_began"))
          .count();
    }
  }

  private static boolean sick(CentralProcess central) {
    JsonNode health = central.api().get("/health", null).json();
    return !health.path("status").asText().equals("healthy");
  }
}
