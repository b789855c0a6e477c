package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.drover.orchestrator.sync.SyncPlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A read of central that fails is tried again where that can help, and nowhere else. */
class ReadRetryTest extends MallTestBase {
  private static final String DELTA = SYNC + "delta";
  private static final String FULL = SYNC + "full";
  private static final String CHECKSUM = SYNC + "checksum";
  private static final String KEYS = "/.well-known/jwks.json";
  private static final int EVER = Integer.MAX_VALUE;

  /** The plan itself comes too late for every test. */
  private static final String NEVER = "1h";

  private TestMall patient(String retries) {
    return settled(Map.of("drover.central.read-retries", retries, "drover.events.backoff", NEVER));
  }

  private void change(String area) {
    central.data.put("areas", area, "{\"id\":\"" + area + "\"}");
    central.tell("evt-" + area);
  }

  private static void verify(TestMall mall) {
    mall.context.getBean(SyncPlan.class).wantVerify();
  }

  /** That many requests, and no more. */
  private void awaitCount(String path, int count) {
    await().atMost(SOON).until(() -> central.count(path) >= count);
    await().during(Duration.ofSeconds(1)).atMost(SOON).until(() -> central.count(path) == count);
  }

  private static void assertPauses(List<Long> pauses, long... expected) {
    assertThat(pauses).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      // A timer of the other side may be a little early, and a machine stand still for seconds.
      assertThat(pauses.get(i)).as("pause " + i).isBetween(expected[i] - 10, expected[i] + 10_000);
    }
  }

  @Test
  void theFirstRetryIsImmediate() {
    central.refuse(FULL, 503, 2);
    try (TestMall mall = patient("0s,300ms,1h")) {
      assertPauses(central.pauses(FULL, 0), 0, 300);
      int before = central.count(DELTA);
      central.refuse(DELTA, 503, 2);
      change("new");
      awaitSame(mall);
      assertPauses(central.pauses(DELTA, before), 0, 300);
      await().atMost(SOON).until(() -> acked("evt-new"));
    }
  }

  @Test
  void anOutageTakesOneTryAnImmediateOneAndFiveWithGrowingPauses() {
    try (TestMall mall = patient("0s,100ms,200ms,400ms,800ms,1600ms")) {
      int before = central.count(DELTA);
      central.refuse(DELTA, 503, EVER);
      change("new");
      awaitCount(DELTA, before + 1 + 1 + 5);
      assertPauses(central.pauses(DELTA, before), 0, 100, 200, 400, 800, 1600);
      assertThat(central.syncs.stream().filter(line -> line.startsWith("delta")).skip(before))
          .as("the same request each time")
          .hasSize(7)
          .allMatch(line -> line.equals(central.syncs.get(central.syncs.size() - 1)));
      assertThat(state(mall).path("pending_acks").asInt()).isEqualTo(1);
    }
  }

  @Test
  void afterTheLastTryThePlanWaitsFromThenOn() {
    try (TestMall mall =
        settled(
            Map.of(
                "drover.central.read-retries", "0s,1500ms", "drover.events.backoff", "1500ms"))) {
      int before = central.count(DELTA);
      central.refuse(DELTA, 503, 3);
      change("new");
      awaitSame(mall);
      assertPauses(central.pauses(DELTA, before), 0, 1500, 1500);
    }
  }

  @Test
  void aBrokenAnswerOfASmallReadIsAskedForAgain() {
    try (TestMall mall = patient("0s")) {
      int before = central.count(DELTA);
      central.breaking.add(DELTA);
      change("new");
      awaitSame(mall);
      assertThat(central.count(DELTA)).isEqualTo(before + 2);
    }
  }

  @Test
  void aFullSyncThatBreaksOffBeginsAnewAndIsNeverContinued() {
    try (TestMall mall =
        settled(Map.of("drover.central.read-retries", "0s,0s", "drover.events.backoff", "2s"))) {
      ListAppender<ILoggingEvent> log = new ListAppender<>();
      log.start();
      ((Logger) LoggerFactory.getLogger("sync-full-receive")).addAppender(log);
      int before = central.count(FULL);
      central.breaking.add(FULL);
      assertThat(mall.send("POST", "/api/orchestrator/resync", operator(), null).status())
          .isEqualTo(202);
      await().atMost(SOON).until(() -> central.count(FULL) == before + 2);
      assertPauses(central.pauses(FULL, before), 2_000);
      assertThat(log.list)
          .as("it broke while it was written, and was nowhere as a whole before")
          .singleElement()
          .extracting(ILoggingEvent::getFormattedMessage, InstanceOfAssertFactories.STRING)
          .startsWith("sync-full-receive: ")
          .doesNotContain("StreamCache");
      await().atMost(SOON).until(() -> state(mall).path("resync_needed").isNull());
      assertThat(ids(mall, "areas")).as("nothing of the broken answer").containsExactly("1", "2");
    }
  }

  @Test
  void aPauseThatCentralAsksForIsKept() {
    try (TestMall mall =
        settled(Map.of("drover.central.read-retries", "0s,0s", "drover.events.backoff", "50ms"))) {
      int before = central.count(CHECKSUM);
      central.refuse(CHECKSUM, 503, 1, 2);
      verify(mall);
      awaitCount(CHECKSUM, before + 2);
      assertPauses(central.pauses(CHECKSUM, before), 2_000);
    }
  }

  @Test
  void whatCentralRefusesIsNotAskedAgain() {
    try (TestMall mall = patient("0s,0s,0s")) {
      int deltas = central.count(DELTA);
      central.refuse(DELTA, 404, EVER);
      change("new");
      awaitCount(DELTA, deltas + 1);

      int checksums = central.count(CHECKSUM);
      int registrations = central.registrations.size();
      central.refuse(CHECKSUM, 401, EVER);
      verify(mall);
      awaitCount(CHECKSUM, checksums + 1);
      await().atMost(SOON).until(() -> central.registrations.size() == registrations + 1);
    }
  }

  @Test
  void theKeysAreAskedForAgainToo() {
    central.refuse(KEYS, 503, 3);
    try (TestMall mall = mall(Map.of("drover.central.read-retries", "0s,500ms"))) {
      await()
          .atMost(SOON)
          .until(() -> mall.get("/api/orchestrator/state", operator()).status() == 200);
      assertThat(central.pauses(KEYS, 0).get(1)).isGreaterThanOrEqualTo(490);
      assertThat(central.registrations).hasSize(1);
    }
  }

  @Test
  void aWaitingReadDoesNotHoldUpTheEnd() {
    central.refuse(KEYS, 503, EVER);
    TestMall mall = patient("0s,1h");
    int before = central.count(CHECKSUM);
    central.refuse(CHECKSUM, 503, EVER);
    verify(mall);
    await().atMost(SOON).until(() -> central.count(CHECKSUM) == before + 2);
    await().atMost(SOON).until(() -> central.count(KEYS) == 2);
    long begun = System.nanoTime();
    mall.close();
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMinutes(1));
    assertThat(central.count(CHECKSUM)).isEqualTo(before + 2);
  }
}
