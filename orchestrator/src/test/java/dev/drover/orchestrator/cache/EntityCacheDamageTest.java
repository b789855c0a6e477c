package dev.drover.orchestrator.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.files.DataFile;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing wrong is ever read from a damaged cache, and every damage is told. */
class EntityCacheDamageTest {
  private static final List<String> FILES = List.of("cache.db", "cache.db-wal", "cache.db.mark");
  private static final long SEED = Long.getLong("drover.seed", 20261121);
  private static final int FLIPS = Integer.getInteger("drover.flips", 200);

  @TempDir private Path data;
  private final Sealer sealer = new Sealer(new byte[32]);
  private final Map<String, TreeMap<String, String>> expected = new TreeMap<>();
  private String global;
  private Path good;
  private Path tried;

  /** A cache as a kill leaves it: some in the file, some in the log, and free pages. */
  @BeforeEach
  void fill() throws IOException {
    good = Files.createDirectories(data.resolve("good"));
    tried = Files.createDirectories(data.resolve("tried"));
    Path made = Files.createDirectories(data.resolve("made"));
    Checksums.COLLECTIONS.forEach(name -> expected.put(name, new TreeMap<>()));
    try (EntityCache cache = open(made)) {
      try (Replacement first = cache.replace()) {
        for (int i = 0; i < 300; i++) {
          first.add("areas", "old-" + i, "{\"old\":" + i + "}");
        }
        first.commit("1", null);
      }
      try (Replacement second = cache.replace()) {
        for (int i = 0; i < 250; i++) {
          String collection = Checksums.COLLECTIONS.get(i % 4);
          String json =
              "{\"id\":" + i + ",\"text\":\"" + "x".repeat(i % 60 == 0 ? 6000 : i) + "\"}";
          second.add(collection, "item-" + i, json);
          expected.get(collection).put("item-" + i, json);
        }
        second.commit("2", null);
      }
    }
    try (EntityCache cache = open(made)) {
      for (int i = 0; i < 20; i++) {
        cache.apply(
            List.of(
                new CachedChange("beacons", "new-" + i, "{\"new\":" + i + "}"),
                new CachedChange("areas", "item-" + 4 * i, null)),
            "3",
            null);
        expected.get("beacons").put("new-" + i, "{\"new\":" + i + "}");
        expected.get("areas").remove("item-" + 4 * i);
      }
      global = cache.global();
      copy(made, good);
    }
  }

  private EntityCache open(Path directory) {
    return new EntityCache(directory.resolve("cache.db"), "mall", sealer, Clock.systemUTC());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var old = Files.list(to)) {
      for (Path file : old.toList()) {
        Files.delete(file);
      }
    }
    for (String name : FILES) {
      if (Files.exists(from.resolve(name))) {
        Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void flip(Path file, long at, int mask) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) at] ^= (byte) mask;
    Files.write(file, bytes, StandardOpenOption.WRITE);
  }

  private static void version(Path file, int version) throws SQLException {
    try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = open.createStatement()) {
      statement.execute("PRAGMA user_version = " + version);
    }
  }

  @Test
  void aCacheWithoutAVersionIsUsedAndOneOfANewerBuildIsFetchedAnew() throws Exception {
    copy(good, tried);
    version(tried.resolve("cache.db"), 0);
    try (EntityCache cache = open(tried)) {
      assertThat(cache.global()).isEqualTo(global);
    }
    version(tried.resolve("cache.db"), 7);
    try (EntityCache cache = open(tried)) {
      assertThat(cache.state().ready()).isFalse();
      assertThat(cache.state().reason()).contains("schema version 7, and this build knows 1");
    }
    assertThat(CacheFile.MIGRATIONS.latest()).isEqualTo(DataFile.CACHE_VERSION);
  }

  /** Reads everything; each answer is right, or it is refused. Returns whether any was refused. */
  private boolean readsOnlyWhatIsRight(EntityCache cache) {
    int refused = 0;
    for (String collection : Checksums.COLLECTIONS) {
      TreeMap<String, String> items = expected.get(collection);
      List<String> ids = new ArrayList<>(items.keySet());
      ids.addAll(List.of("item-0", "item-4", "old-7", "nothing"));
      for (String id : ids) {
        try {
          assertThat(cache.read(collection, id).orElse(null)).isEqualTo(items.get(id));
        } catch (ProtocolException e) {
          assertThat(e.code()).isEqualTo(ErrorCode.CACHE_NOT_READY);
          refused++;
        }
      }
      try {
        Map<String, String> listed = new TreeMap<>();
        cache.list(collection, "", 10_000).forEach(item -> listed.put(item.id(), item.json()));
        assertThat(listed).isEqualTo(items);
        assertThat(cache.count(collection)).isEqualTo(items.size());
      } catch (ProtocolException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.CACHE_NOT_READY);
        refused++;
      }
    }
    return refused > 0;
  }

  private void mend(EntityCache cache) {
    if (!cache.state().ready()) {
      try (Replacement all = cache.replace()) {
        expected.forEach((name, items) -> items.forEach((id, json) -> all.add(name, id, json)));
        assertThat(all.global()).isEqualTo(global);
        all.commit("3", null);
      }
      return;
    }
    for (String collection : Checksums.COLLECTIONS) {
      Map<String, String> items = new TreeMap<>(expected.get(collection));
      List<Integer> buckets = List.copyOf(cache.damagedBuckets(collection));
      items.keySet().removeIf(id -> !buckets.contains(EntityDigest.bucketOf(id)));
      cache.repair(collection, buckets, items);
    }
  }

  @Test
  void noFlippedBitIsReadAndEveryFindingIsMended() throws IOException {
    Random random = new Random(SEED);
    int findings = 0;
    for (int round = 0; round < FLIPS; round++) {
      copy(good, tried);
      Path file = tried.resolve(FILES.get(random.nextInt(10) == 0 ? 2 : random.nextInt(2)));
      long size = Files.size(file);
      // The headers are small, and every bit of them counts: they get more than their share.
      long at = random.nextInt(4) == 0 ? random.nextInt(100) % size : random.nextLong(size);
      int mask = random.nextBoolean() ? 1 << random.nextInt(8) : 1 + random.nextInt(255);
      flip(file, at, mask);
      findings += examine("round " + round + " " + file.getFileName() + "@" + at + "^" + mask);
    }
    assertThat(findings).isGreaterThan(FLIPS / 4);
  }

  private int examine(String what) {
    try (EntityCache cache = open(tried)) {
      AtomicInteger told = new AtomicInteger();
      cache.onDamage(told::incrementAndGet);
      boolean refused = readsOnlyWhatIsRight(cache);
      cache.check();
      boolean noticed = refused || cache.state().damagedBuckets() > 0 || !cache.state().ready();
      if (noticed) {
        assertThat(told.get() > 0 || !cache.state().ready()).as(what).isTrue();
        mend(cache);
      }
      assertThat(readsOnlyWhatIsRight(cache)).as(what).isFalse();
      assertThat(cache.global()).as(what).isEqualTo(global);
      return noticed ? 1 : 0;
    }
  }

  @Test
  void aFileCutAnywhereIsNoticed() throws IOException {
    Random random = new Random(SEED);
    int findings = 0;
    for (int round = 0; round < 60; round++) {
      copy(good, tried);
      Path file = tried.resolve(FILES.get(round % 3));
      byte[] bytes = Files.readAllBytes(file);
      int length = round < 6 ? 0 : random.nextInt(bytes.length);
      Files.write(file, Arrays.copyOf(bytes, length), StandardOpenOption.TRUNCATE_EXISTING);
      findings += examine("cut " + file.getFileName() + " to " + length);
    }
    // Not all: what is cut from the file may stand in the log.
    assertThat(findings).isGreaterThan(45);
  }

  @Test
  void anOlderFileIsNotTakenForTheNewOne() throws IOException {
    copy(good, tried);
    Path older = Files.createDirectories(data.resolve("older"));
    copy(good, older);
    try (EntityCache cache = open(tried)) {
      cache.apply(List.of(new CachedChange("areas", "item-100", null)), "4", null);
    }
    for (String name : List.of("cache.db", "cache.db-wal")) {
      Files.copy(older.resolve(name), tried.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    try (EntityCache cache = open(tried)) {
      assertThatThrownBy(() -> cache.read("areas", "item-100"))
          .isInstanceOf(ProtocolException.class);
      assertThat(cache.state().cursor()).isEqualTo("3");
      assertThat(cache.verified(Instant.EPOCH, "sha256:other")).isFalse();
      assertThat(cache.verified(Instant.EPOCH, global)).isTrue();
      assertThat(readsOnlyWhatIsRight(cache)).isFalse();
      assertThat(cache.state().verifiedAt()).isEqualTo(Instant.EPOCH);
    }
  }

  @Test
  void aDeletedFileIsNoticedWhileRunning() throws IOException {
    copy(good, tried);
    try (EntityCache cache = open(tried)) {
      AtomicInteger told = new AtomicInteger();
      cache.onDamage(told::incrementAndGet);
      cache.check();
      assertThat(told).hasValue(0);
      for (String name : List.of("cache.db", "cache.db-wal", "cache.db-shm")) {
        Files.delete(tried.resolve(name));
      }
      cache.check();
      assertThat(told).hasValue(1);
      assertThat(cache.state().ready()).isFalse();
      assertThatThrownBy(() -> cache.read("areas", "item-100"))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("no data");
      mend(cache);
    }
    try (EntityCache cache = open(tried)) {
      assertThat(readsOnlyWhatIsRight(cache)).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 4096, 4196, 20_000})
  void aFileCutWhileRunningIsNoticed(int length) throws IOException {
    copy(good, tried);
    try (EntityCache cache = open(tried)) {
      try (var channel =
          java.nio.channels.FileChannel.open(tried.resolve("cache.db"), StandardOpenOption.WRITE)) {
        channel.truncate(length);
      }
      readsOnlyWhatIsRight(cache);
      cache.check();
      assertThat(cache.state().ready() && cache.state().damagedBuckets() == 0).isFalse();
      mend(cache);
      assertThat(readsOnlyWhatIsRight(cache)).isFalse();
    }
  }

  @Test
  void bitsThatFlipWhileRunningAreFoundByTheCheck() throws IOException {
    Random random = new Random(SEED);
    int findings = 0;
    for (int round = 0; round < 40; round++) {
      copy(good, tried);
      try (EntityCache cache = open(tried)) {
        Path file = tried.resolve("cache.db");
        flip(file, random.nextLong(Files.size(file)), 1 << random.nextInt(8));
        readsOnlyWhatIsRight(cache);
        cache.check();
        boolean noticed = !cache.state().ready() || cache.state().damagedBuckets() > 0;
        findings += noticed ? 1 : 0;
        if (noticed) {
          mend(cache);
        }
        assertThat(readsOnlyWhatIsRight(cache)).isFalse();
      }
    }
    assertThat(findings).isGreaterThan(2);
  }

  @Test
  void aForeignKeyOrMallIsSetAside() throws IOException {
    copy(good, tried);
    byte[] other = new byte[32];
    other[3] = 1;
    Path file = tried.resolve("cache.db");
    try (EntityCache cache = new EntityCache(file, "mall", new Sealer(other), Clock.systemUTC())) {
      assertThat(cache.state().ready()).isFalse();
      assertThat(tried.resolve("cache.db.damaged")).exists();
    }
    copy(good, tried);
    try (EntityCache cache = new EntityCache(file, "mall-b", sealer, Clock.systemUTC())) {
      assertThat(cache.state().ready()).isFalse();
      assertThat(cache.state().entityId()).isEqualTo("mall-b");
    }
  }

  @Test
  void aDamagedItemIsForgottenButNeverAbsentUntilItIsRepaired() throws IOException {
    copy(good, tried);
    try (EntityCache cache = open(tried)) {
      AtomicInteger told = new AtomicInteger();
      cache.onDamage(told::incrementAndGet);
      cache.database().update("DELETE FROM items WHERE collection = 'areas' AND id = 'item-100'");
      assertThatThrownBy(() -> cache.read("areas", "item-100"))
          .isInstanceOf(ProtocolException.class);
      assertThat(told).hasValue(1);
      assertThat(cache.global()).isNotEqualTo(global);
      assertThat(cache.damagedBuckets("areas")).containsExactly(EntityDigest.bucketOf("item-100"));
      assertThat(cache.read("beacons", "new-1")).contains("{\"new\":1}");
      cache.apply(List.of(new CachedChange("areas", "more", "{}")), "4", null);
    }
    try (EntityCache cache = open(tried)) {
      assertThatThrownBy(() -> cache.read("areas", "item-100"))
          .as("after a restart too")
          .isInstanceOf(ProtocolException.class);
      cache.repair(
          "areas",
          List.of(EntityDigest.bucketOf("item-100")),
          Map.of("item-100", expected.get("areas").get("item-100")));
      assertThat(cache.read("areas", "item-100")).contains(expected.get("areas").get("item-100"));
    }
  }

  @Test
  void nothingOfAnItemIsReadableOnTheDisk() throws IOException {
    try (EntityCache cache = open(tried)) {
      try (Replacement all = cache.replace()) {
        all.add("areas", "a", "{\"name\":\"very-secret\"}");
        all.commit("cursor-secret", null);
      }
      for (String name : FILES) {
        assertThat(
                Files.readString(tried.resolve(name), java.nio.charset.StandardCharsets.ISO_8859_1))
            .doesNotContain("very-secret", "cursor-secret");
      }
    }
  }
}
