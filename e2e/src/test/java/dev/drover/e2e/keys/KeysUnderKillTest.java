package dev.drover.e2e.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * B9: central is killed with kill -9 while every POST of the contract stands between its effect and
 * its stored answer, where a step holds it that this test adds to a copy of the flows. The long
 * form: {@code -Ddrover.keys.kills=60}; {@code -Ddrover.fault.seed=…} repeats the order in which
 * the requests are sent.
 */
class KeysUnderKillTest {
  private static final Logger LOG = LoggerFactory.getLogger(KeysUnderKillTest.class);
  private static final int KILLS = Integer.getInteger("drover.keys.kills", 2);
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime());
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @TempDir static Path home;

  private static CentralProcess central;
  private static ExecutorService senders;
  private static MongoClient client;
  private static MongoDatabase kept;

  private final Random random = new Random(SEED);
  private int keyed;
  private final List<Post> unanswered = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    HeldFlows.BEFORE_ANSWER.copyTo(home, Duration.ofHours(1));
    central =
        CentralProcess.alone(
            "keys",
            Map.of(
                "DROVER_HOME",
                home.toString(),
                "SPRING_PROFILES_ACTIVE",
                "production",
                "DROVER_IDEMPOTENCY_LEASE",
                "2s"));
    central.start();
    client = MongoClients.create("mongodb://127.0.0.1:" + central.setting("DROVER_MONGO_PORT"));
    kept = client.getDatabase("navign");
    senders = Executors.newCachedThreadPool();
  }

  @AfterAll
  static void stop() {
    senders.shutdownNow();
    client.close();
    central.close();
  }

  @Test
  void b9EachRepetitionGetsTheAnswerOfItsOwnEffectAlsoAfterKillNine() throws Exception {
    LOG.info("seed {}", SEED);
    long begun = System.nanoTime();
    int keysBefore = signingKeys();
    for (int kill = 1; kill <= KILLS; kill++) {
      Scene plain = new Scene(central, kept, number -> false);
      Map<Post, Api.Answer> answers = new LinkedHashMap<>();
      for (Post post : shuffled(plain.posts())) {
        answers.put(post, post.sendDone(central.api()));
      }
      // Half of them: central has 20 threads for requests, and each that is held keeps one.
      int half = kill % 2;
      Scene mixed = new Scene(central, kept, number -> number % 2 == half);
      assertThat(operations(mixed.posts())).isEqualTo(contract());
      for (Post post : shuffled(mixed.posts().stream().filter(post -> !post.held()).toList())) {
        answers.put(post, post.sendDone(central.api()));
      }
      List<Post> held = shuffled(mixed.posts().stream().filter(Post::held).toList());
      killWhileHeld(held);
      for (Map.Entry<Post, Api.Answer> answered : answers.entrySet()) {
        answered.getKey().assertReplayed(central.api(), answered.getValue());
      }
      for (Post post : shuffled(held)) {
        post.assertReplayed(central.api(), post.repeatDone(central.api()));
      }
      plain.assertEachEffectOnce();
      mixed.assertEachEffectOnce();
      assertThat(signingKeys() - keysBefore)
          .as("each scene makes one key for itself and one by its POST")
          .isEqualTo(kill * 4);
      keyed += answers.size() + held.size();
      unanswered.addAll(held);
    }
    if (KILLS > 1) {
      assertThat(operations(unanswered)).as("killed before its answer").isEqualTo(contract());
    }
    LOG.info(
        "{} keyed requests over {} POSTs, {} of them between effect and answer when central was"
            + " killed, {} kills, each effect once, {} s, seed {}",
        keyed,
        contract().size(),
        unanswered.size(),
        KILLS,
        Duration.ofNanos(System.nanoTime() - begun).toSeconds(),
        SEED);
  }

  private List<Post> shuffled(List<Post> posts) {
    List<Post> mixed = new ArrayList<>(posts);
    Collections.shuffle(mixed, random);
    return mixed;
  }

  private static Set<String> operations(List<Post> posts) {
    return posts.stream().map(Post::operation).collect(Collectors.toSet());
  }

  private static int signingKeys() {
    return central.api().get("/api/keys", central.admin()).json().path("keys").size();
  }

  /** B6: whoever asks while the first one works hears so. */
  private void killWhileHeld(List<Post> posts) throws Exception {
    List<Future<Api.Answer>> lost = new ArrayList<>();
    for (Post post : posts) {
      lost.add(senders.submit(() -> post.send(central.api())));
    }
    Awaitility.await("every effect is made")
        .atMost(Duration.ofSeconds(18))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> HeldFlows.standing(central, posts) == posts.size());
    Api.Answer second = posts.get(0).send(central.api());
    assertThat(second.code()).as(second.toString()).isEqualTo("REQUEST_IN_PROGRESS");
    assertThat(second.header("Retry-After")).isNotBlank();
    central.kill();
    for (Future<Api.Answer> answer : lost) {
      assertThat(answer).failsWithin(Duration.ofSeconds(20));
    }
    central.launch();
    central.awaitHealth(PATIENCE);
  }

  private static Set<String> contract() throws IOException {
    String text = Files.readString(JavaProcess.HOME.resolve("proto/openapi/central.yaml"));
    return Pattern.compile("\n    post:\n      operationId: (\\w+)")
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
  }
}
