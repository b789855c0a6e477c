package dev.drover.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.engine.crypto.Sealer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the mall remembers, also when it is killed. */
class MallStoreTest {
  private static final byte[] KEY = new byte[32];

  @TempDir private Path data;

  private MallStore store(Clock clock) {
    return new MallStore(data.resolve("mall.db"), new Sealer(KEY), clock);
  }

  private static MallEvent event(int number) {
    return new MallEvent("evt-" + number, "data_update", "{}", "key-" + number);
  }

  @Test
  void effectsAndCursorAreOneAndARepetitionChangesOnlyTheCursor() {
    try (MallStore store = store(Clock.systemUTC())) {
      Effect first = new Effect.ConfigStored("a", 1, "{\"n\":1}");
      assertThat(store.events().commit(event(1), EventStatus.APPLIED, null, List.of(first)))
          .isTrue();
      MallEvent again = new MallEvent("evt-9", "data_update", "{}", "key-1");
      Effect other = new Effect.ConfigStored("a", 2, "{\"n\":2}");
      assertThat(store.events().commit(again, EventStatus.APPLIED, null, List.of(other))).isFalse();
      assertThat(store.events().config("a")).contains("{\"n\":1}");
      assertThat(store.settings().get(MallSettings.CURSOR)).contains("evt-9");
      assertThat(store.events().handledKeys()).containsExactly("key-1");
    }
  }

  @Test
  void aFailingEffectLeavesEverythingAsItWas() {
    try (MallStore store = store(Clock.systemUTC())) {
      store.events().commit(event(1), EventStatus.APPLIED, null, List.of());
      Effect impossible = new Effect.Parked(null);
      assertThatThrownBy(
              () ->
                  store
                      .events()
                      .commit(
                          event(2),
                          EventStatus.APPLIED,
                          null,
                          List.of(new Effect.WorkReceived(), impossible)))
          .isInstanceOf(IllegalStateException.class);
      assertThat(store.settings().get(MallSettings.CURSOR)).contains("evt-1");
      assertThat(store.events().received("data_update")).isZero();
      assertThat(store.events().handledKeys()).containsExactly("key-1");
    }
  }

  @Test
  void nothingReadableLiesOnTheDisk() throws Exception {
    try (MallStore store = store(Clock.systemUTC())) {
      store.settings().set(Map.of("token", Optional.of("very-secret-token")));
      store
          .events()
          .commit(
              new MallEvent("e", "t", "{\"secret\":\"payload-secret\"}", "k"),
              EventStatus.APPLIED,
              null,
              List.of(new Effect.WorkReceived()));
      for (String file : List.of("mall.db", "mall.db-wal")) {
        String bytes = Files.readString(data.resolve(file), StandardCharsets.ISO_8859_1);
        assertThat(bytes).doesNotContain("very-secret-token").doesNotContain("payload-secret");
      }
    }
    try (MallStore store = store(Clock.systemUTC())) {
      assertThat(store.settings().get("token")).contains("very-secret-token");
    }
  }

  @Test
  void oldEventsAreForgottenAndUnacknowledgedOnesAreQueuedAgain() {
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    try (MallStore store = store(Clock.fixed(start, ZoneOffset.UTC))) {
      store.events().commit(event(1), EventStatus.APPLIED, null, List.of());
    }
    Clock later = Clock.fixed(start.plus(Duration.ofHours(49)), ZoneOffset.UTC);
    try (MallStore store = store(later)) {
      store.events().commit(event(2), EventStatus.IGNORED, "why", List.of());
      assertThat(store.events().purge(later.instant().minus(Duration.ofHours(48)))).isEqualTo(1);
      assertThat(store.events().handledKeys()).containsExactly("key-2");
      AckQueue queue = new AckQueue(store.database(), () -> true, later);
      assertThat(queue.pending()).isEqualTo(1);
      List<AckQueue.Entry> entries = List.copyOf(queue.claim(100));
      assertThat(entries)
          .singleElement()
          .satisfies(
              entry ->
                  assertThat(entry.body())
                      .isEqualTo(
                          "{\"event_ids\":[\"evt-2\"],\"status\":\"ignored\",\"detail\":\"why\"}"));
      queue.done(entries);
      assertThat(queue.pending()).isZero();
      assertThat(new AckQueue(store.database(), () -> true, later).pending()).isZero();
      assertThat(new AckQueue(store.database(), () -> false, later).claim(100)).isEmpty();
    }
  }

  /** Commits events for ever and says which were acknowledged by the store. */
  public static final class Writer {
    /** Runs in a process of its own. */
    public static void main(String[] arguments) {
      MallStore store = new MallStore(Path.of(arguments[0]), new Sealer(KEY), Clock.systemUTC());
      int next = store.events().handledKeys().size() + 1;
      while (true) {
        List<Effect> effects = List.of(new Effect.DeltaOwed(), new Effect.WorkReceived());
        store.events().commit(event(next), EventStatus.APPLIED, null, effects);
        System.out.println(next);
        next++;
      }
    }
  }

  @Test
  void killedAtAnyMomentCursorAndEffectsAgree() throws Exception {
    Path file = data.resolve("mall.db");
    int acknowledged = 0;
    for (int round = 1; round <= 4; round++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Writer.class.getName(),
                  file.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        int wanted = acknowledged + 40 + 17 * round;
        String line = out.readLine();
        while (line != null && acknowledged < wanted - 1) {
          // it also logs
          acknowledged = line.matches("[0-9]+") ? Integer.parseInt(line) : acknowledged;
          line = out.readLine();
        }
        process.destroyForcibly().waitFor();
      }
      try (MallStore store = store(Clock.systemUTC())) {
        int handled = store.events().handledKeys().size();
        assertThat(handled).isGreaterThanOrEqualTo(acknowledged);
        assertThat(store.settings().get(MallSettings.CURSOR)).contains("evt-" + handled);
        assertThat(store.events().received("data_update")).isEqualTo(handled);
        assertThat(new AckQueue(store.database(), () -> true, Clock.systemUTC()).owed())
            .isEqualTo(handled);
        acknowledged = handled;
      }
    }
  }
}
