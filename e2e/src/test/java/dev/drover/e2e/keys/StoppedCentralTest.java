package dev.drover.e2e.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * B6: one of two centrals stands still (SIGSTOP) between the claim of a key and the effect, for
 * longer than the lease; the other takes over and answers; then the first goes on.
 */
class StoppedCentralTest {
  private static final Duration HOLD = Duration.ofSeconds(8);

  @TempDir static Path home;

  private static CentralProcess store;
  private static CentralProcess first;
  private static CentralProcess second;
  private static ExecutorService senders;
  private static MongoClient client;
  private static MongoDatabase kept;

  /** The event log and the database are a third process's, for they must not stand. */
  @BeforeAll
  static void start() throws IOException {
    HeldFlows.AFTER_CLAIM.copyTo(home, HOLD);
    Map<String, String> settings =
        Map.of("SPRING_PROFILES_ACTIVE", "production", "DROVER_IDEMPOTENCY_LEASE", "2s");
    Map<String, String> held = new HashMap<>(settings);
    held.put("DROVER_HOME", home.toString());
    store = CentralProcess.alone("stopped-store", settings);
    store.start();
    first = store.sibling("stopped-first", held);
    second = store.sibling("stopped-second", held);
    first.start();
    second.start();
    client = MongoClients.create("mongodb://127.0.0.1:" + store.setting("DROVER_MONGO_PORT"));
    kept = client.getDatabase("navign");
    senders = Executors.newCachedThreadPool();
  }

  @AfterAll
  static void stop() {
    senders.shutdownNow();
    client.close();
    for (CentralProcess central : List.of(first, second, store)) {
      central.close();
    }
  }

  @Test
  void b6WhoStoodStillWritesNothingLateAndGivesTheAnswerOfWhoTookOver() throws Exception {
    for (int half : List.of(0, 1)) {
      // Half of them: a central has 20 threads for requests, and each that is held keeps one.
      Scene scene = new Scene(second, kept, number -> number % 2 == half);
      Map<Post, Api.Answer> answers = new LinkedHashMap<>();
      for (Post post : scene.posts().stream().filter(post -> !post.held()).toList()) {
        answers.put(post, post.sendDone(second.api()));
      }
      takeOver(scene.posts().stream().filter(Post::held).toList(), answers);
      for (Map.Entry<Post, Api.Answer> answered : answers.entrySet()) {
        answered.getKey().assertReplayed(first.api(), answered.getValue());
        answered.getKey().assertReplayed(second.api(), answered.getValue());
      }
      scene.assertEachEffectOnce();
    }
  }

  private void takeOver(List<Post> posts, Map<Post, Api.Answer> answers) throws Exception {
    Awaitility.await("the first one knows the key of the tokens")
        .atMost(Duration.ofSeconds(20))
        .until(() -> first.api().get("/api/entities", second.admin()).status() == 200);
    long takenBefore = taken();
    Map<Post, Future<Api.Answer>> late = new LinkedHashMap<>();
    for (Post post : posts) {
      late.put(post, senders.submit(() -> post.send(first.api())));
    }
    Awaitility.await("every key is claimed")
        .atMost(HOLD)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> HeldFlows.standing(first, posts) == posts.size());
    first.pause();
    try {
      assertThat(late.values()).as("nothing is done yet").noneMatch(Future::isDone);
      for (Post post : posts) {
        answers.put(post, post.repeatDone(second.api()));
      }
    } finally {
      first.goOn();
    }
    assertThat(taken() - takenBefore).as("claims with a higher fence").isEqualTo(posts.size());
    for (Map.Entry<Post, Future<Api.Answer>> answer : late.entrySet()) {
      Api.Answer own = answer.getValue().get(20, TimeUnit.SECONDS);
      answer.getKey().assertStored(answers.get(answer.getKey()), own);
    }
  }

  private static long taken() {
    return kept.getCollection("idempotency").countDocuments(Filters.gt("fence", 1L));
  }
}
