package dev.drover.orchestrator.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.engine.checksum.EntityDigest;
import dev.drover.engine.crypto.Sealer;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.Session;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers see one state or the next, never a mix, whatever is written or killed meanwhile. */
class EntityCacheTest {
  @TempDir private Path data;

  private EntityCache open() {
    return open(data);
  }

  private static EntityCache open(Path data) {
    return new EntityCache(
        data.resolve("cache.db"), "mall", new Sealer(new byte[32]), Clock.systemUTC());
  }

  private static void replace(EntityCache cache, int version, int items) {
    try (Replacement all = cache.replace()) {
      for (int i = 0; i < items; i++) {
        all.add("areas", "id-" + i, "{\"v\":" + version + "}");
      }
      all.commit(Integer.toString(version), all.global());
    }
  }

  @Test
  void anEmptyCacheIsNotReady() {
    try (EntityCache cache = open()) {
      assertThat(cache.state().ready()).isFalse();
      assertThat(cache.state().reason()).contains("never synced");
      assertThat(cache.state().cursor()).isNull();
      for (Runnable use :
          List.<Runnable>of(
              () -> cache.read("areas", "a"),
              () -> cache.list("areas", "", 1),
              () -> cache.count("areas"),
              () -> cache.apply(List.of(), "1", null),
              () -> cache.repair("areas", List.of(0), Map.of()))) {
        assertThatThrownBy(use::run)
            .isInstanceOfSatisfying(
                ProtocolException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.CACHE_NOT_READY));
      }
      replace(cache, 1, 3);
      assertThat(cache.read("areas", "id-1")).contains("{\"v\":1}");
      assertThat(cache.read("areas", "nothing")).isEmpty();
      cache.invalidate("the operator wants it");
      assertThatThrownBy(() -> cache.read("areas", "id-1"))
          .hasMessageContaining("the operator wants it");
    }
    try (EntityCache cache = open()) {
      assertThat(cache.state().ready()).as("after a restart too").isFalse();
      replace(cache, 2, 3);
      assertThat(cache.state().ready()).isTrue();
    }
  }

  @Test
  void whoeverReadsDuringAReplacementSeesTheOldOrTheNew() throws Exception {
    int items = 3000;
    try (EntityCache cache = open()) {
      replace(cache, 0, items);
      AtomicBoolean end = new AtomicBoolean();
      ExecutorService readers = Executors.newFixedThreadPool(3);
      List<Future<Integer>> results = new ArrayList<>();
      for (int reader = 0; reader < 3; reader++) {
        results.add(
            readers.submit(
                () -> {
                  int reads = 0;
                  while (!end.get()) {
                    Set<String> seen = new HashSet<>();
                    cache.list("areas", "", items + 1).forEach(item -> seen.add(item.json()));
                    assertThat(seen).hasSize(1);
                    assertThat(cache.read("areas", "id-" + reads % items)).isPresent();
                    reads++;
                  }
                  return reads;
                }));
      }
      for (int version = 1; version <= 5; version++) {
        replace(cache, version, items);
      }
      end.set(true);
      for (Future<Integer> result : results) {
        assertThat(result.get()).isPositive();
      }
      readers.shutdown();
      assertThat(cache.state().damagedBuckets()).isZero();
    }
  }

  @Test
  void whoeverReadsDuringADeltaIsNeverRefused() throws Exception {
    try (EntityCache cache = open()) {
      replace(cache, 0, 50);
      AtomicBoolean end = new AtomicBoolean();
      ExecutorService readers = Executors.newFixedThreadPool(2);
      List<Future<Integer>> results = new ArrayList<>();
      for (int reader = 0; reader < 2; reader++) {
        results.add(
            readers.submit(
                () -> {
                  int reads = 0;
                  while (!end.get()) {
                    cache.read("areas", "id-" + reads % 50);
                    cache.list("areas", "", 100);
                    reads++;
                  }
                  return reads;
                }));
      }
      for (int change = 0; change < 400; change++) {
        String json = change % 3 == 0 ? null : "{\"v\":" + change + "}";
        cache.apply(
            List.of(new CachedChange("areas", "id-" + change % 50, json)), "" + change, null);
        assertThat(cache.read("areas", "id-" + change % 50).orElse(null)).isEqualTo(json);
      }
      end.set(true);
      for (Future<Integer> result : results) {
        assertThat(result.get()).isPositive();
      }
      readers.shutdown();
      assertThat(cache.state().damagedBuckets()).isZero();
    }
  }

  @Test
  void oneReplacementAtATimeAndOnlyItemsOfTheBucketsAreRepaired() {
    try (EntityCache cache = open()) {
      replace(cache, 1, 5);
      try (Replacement first = cache.replace()) {
        assertThatThrownBy(cache::replace).isInstanceOf(IllegalStateException.class);
        first.add("areas", "half", "{}");
      }
      assertThat(cache.count("areas")).isEqualTo(5);
      int other = (EntityDigest.bucketOf("id-1") + 1) % 256;
      assertThatThrownBy(() -> cache.repair("areas", List.of(other), Map.of("id-1", "{}")))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aFullDiskIsNoDamage() {
    try (EntityCache cache = open()) {
      replace(cache, 1, 100);
      long pages = cache.database().transaction(open -> pragma(open, "PRAGMA page_count"));
      cache.database().transaction(open -> pragma(open, "PRAGMA max_page_count=" + pages));
      List<CachedChange> much = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        much.add(new CachedChange("beacons", "b-" + i, "{\"n\":" + i + "}"));
      }
      assertThatThrownBy(() -> cache.apply(much, "2", null))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("FULL");
      assertThat(cache.state().cursor()).isEqualTo("1");
      assertThat(cache.list("areas", "", 200)).hasSize(100);
      assertThat(cache.read("beacons", "b-1")).isEmpty();
      cache.database().transaction(open -> pragma(open, "PRAGMA max_page_count=100000"));
      cache.apply(much, "2", null);
      assertThat(cache.count("beacons")).isEqualTo(500);
    }
  }

  private static long pragma(Session open, String sql) throws SQLException {
    return Database.query(open, row -> row.getLong(1), sql).get(0);
  }

  /** Replaces the content for ever. */
  public static final class Replacer {
    /** Runs in a process of its own. */
    public static void main(String[] arguments) {
      try (EntityCache cache = open(Path.of(arguments[0]))) {
        int version = 1 + Integer.parseInt(cache.state().cursor());
        while (true) {
          replace(cache, version, 5000);
          System.out.println("cursor " + version);
          version++;
        }
      }
    }
  }

  @Test
  void killedInAReplacementTheOldContentStays() throws Exception {
    try (EntityCache cache = open()) {
      replace(cache, 0, 5000);
    }
    for (int round = 0; round < 5; round++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Replacer.class.getName(),
                  data.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      int told = 0;
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (int replaced = 0; replaced <= round; replaced++) {
          String line = out.readLine();
          while (line != null && !line.startsWith("cursor ")) {
            line = out.readLine();
          }
          assertThat(line).isNotNull();
          told = Integer.parseInt(line.substring(7));
        }
        process.destroyForcibly().waitFor();
      }
      try (EntityCache cache = open()) {
        int cursor = Integer.parseInt(cache.state().cursor());
        assertThat(cursor).isGreaterThanOrEqualTo(told);
        assertThat(cache.state().damagedBuckets()).isZero();
        assertThat(cache.list("areas", "", 6000))
            .hasSize(5000)
            .extracting(CachedItem::json)
            .containsOnly("{\"v\":" + cursor + "}");
        cache.check();
        assertThat(cache.state().ready()).isTrue();
      }
    }
  }
}
