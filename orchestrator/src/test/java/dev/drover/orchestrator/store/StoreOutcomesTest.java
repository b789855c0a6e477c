package dev.drover.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.database.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What SQLite says of a store while it is used. */
class StoreOutcomesTest {
  private static final int PAGE = 4096;

  @TempDir Path directory;
  private long now;
  private final Conditions conditions = new Conditions(Clock.systemUTC());

  private MallStore open(StoreOutcomes outcomes) {
    MallStore store =
        new MallStore(directory.resolve("mall.db"), new Sealer(new byte[32]), Clock.systemUTC());
    store.database().heardBy(outcomes);
    return store;
  }

  @Test
  void aDamageIsSaidUntilTheWholeFileIsSoundAndNotUntilTheNextWrite() throws Exception {
    Path file = directory.resolve("mall.db");
    StoreOutcomes outcomes = new StoreOutcomes(file, conditions, Ticker.of(() -> now));
    int root;
    try (MallStore store = open(outcomes)) {
      root =
          store
              .database()
              .first(
                  row -> row.getInt(1), "SELECT rootpage FROM sqlite_master WHERE name = 'edits'")
              .orElseThrow();
    }
    byte[] sound = Files.readAllBytes(file);
    byte[] damaged = sound.clone();
    java.util.Arrays.fill(damaged, (root - 1) * PAGE, (root - 1) * PAGE + 8, (byte) 7);
    Files.write(file, damaged);
    try (MallStore store = open(outcomes)) {
      assertThatThrownBy(() -> store.database().query(row -> 1, "SELECT data FROM edits"))
          .isInstanceOf(IllegalStateException.class);
      store.settings().set(Map.of("cursor", Optional.of("c-1")));
      outcomes.tookWrite();
      assertThat(conditions.worst(StoreOutcomes.CHECK)).contains(Severity.UNHEALTHY);
      assertThat(conditions.problems())
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.cause()).contains(file.toString()).contains("malformed");
                assertThat(problem.remedy()).contains("stop the mall");
              });
      outcomes.look();
      assertThat(conditions.worst(StoreOutcomes.CHECK)).as("still").isPresent();
    }
    Files.write(file, sound);
    outcomes.look();
    assertThat(conditions.worst(StoreOutcomes.CHECK)).as("not looked yet").isPresent();
    now += Duration.ofSeconds(61).toNanos();
    outcomes.look();
    assertThat(conditions.worst(StoreOutcomes.CHECK)).isEmpty();
  }

  @Test
  void aWriteThatFindsNoRoomIsSaidAtOnceAndUntilTheNextWrite() {
    StoreOutcomes outcomes =
        new StoreOutcomes(directory.resolve("mall.db"), conditions, Ticker.of(() -> now));
    try (MallStore store = open(outcomes)) {
      int pages = store.database().first(row -> row.getInt(1), "PRAGMA page_count").orElseThrow();
      store
          .database()
          .transaction(
              session ->
                  Database.query(
                      session, row -> row.getInt(1), "PRAGMA max_page_count=" + (pages + 2)));
      assertThatThrownBy(
              () -> store.settings().set(Map.of("large", Optional.of("x".repeat(10 * PAGE)))))
          .isInstanceOf(IllegalStateException.class);
      assertThat(conditions.problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.remedy()).contains("make room"));
      outcomes.tookWrite();
      assertThat(conditions.problems()).isEmpty();
    }
  }
}
