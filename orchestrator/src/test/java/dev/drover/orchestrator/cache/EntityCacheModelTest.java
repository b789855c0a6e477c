package dev.drover.orchestrator.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import dev.drover.engine.crypto.Sealer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/** Whatever is done to it, the cache holds what a map would hold, also when it is opened anew. */
class EntityCacheModelTest {
  private static final String[] IDS = {
    "17", "a", "A", "a/b", "ä", "😀", "10", "9", "long-id-" + "x".repeat(200), "%", "'", "a b"
  };

  private final Sealer sealer = new Sealer(new byte[32]);
  private Path data;

  @BeforeTry
  void prepare() throws IOException {
    data = Files.createTempDirectory("cache");
  }

  @AfterTry
  void clear() throws IOException {
    try (var files = Files.list(data)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(data);
  }

  private EntityCache open() {
    return new EntityCache(data.resolve("cache.db"), "mall", sealer, Clock.systemUTC());
  }

  @Property(tries = 40)
  void behavesLikeAMap(@ForAll long seed) {
    Random random = new Random(seed);
    Map<String, TreeMap<String, String>> model = new HashMap<>();
    Checksums.COLLECTIONS.forEach(name -> model.put(name, byBytes()));
    EntityCache cache = open();
    String cursor = null;
    try {
      cursor = replace(cache, model, random, true);
      for (int step = 0; step < 40; step++) {
        switch (random.nextInt(10)) {
          case 0 -> cursor = replace(cache, model, random, true);
          case 1 -> replace(cache, model, random, false);
          case 2 -> repair(cache, model, random);
          case 3 -> {
            cache.close();
            cache = open();
          }
          case 4 -> cache.check();
          default -> cursor = apply(cache, model, random);
        }
        same(cache, model, cursor);
      }
    } finally {
      cache.close();
    }
  }

  private static TreeMap<String, String> byBytes() {
    return new TreeMap<>((a, b) -> Arrays.compareUnsigned(a.getBytes(), b.getBytes()));
  }

  private static String id(Random random) {
    int which = random.nextInt(40);
    return which < IDS.length ? IDS[which] : "item-" + which;
  }

  private static String json(Random random) {
    return "{\"n\": "
        + random.nextInt(1000)
        + ",\"s\":\""
        + "ü".repeat(random.nextInt(600))
        + "\"}";
  }

  private static String collection(Random random) {
    return Checksums.COLLECTIONS.get(random.nextInt(4));
  }

  private static String apply(
      EntityCache cache, Map<String, TreeMap<String, String>> model, Random random) {
    List<CachedChange> page = new ArrayList<>();
    for (int i = random.nextInt(12); i >= 0; i--) {
      String json = random.nextInt(3) == 0 ? null : json(random);
      CachedChange change = new CachedChange(collection(random), id(random), json);
      page.add(change);
      if (json == null) {
        model.get(change.collection()).remove(change.id());
      } else {
        model.get(change.collection()).put(change.id(), json);
      }
    }
    String cursor = Integer.toString(random.nextInt());
    cache.apply(page, cursor, "sha256:x");
    return cursor;
  }

  private static String replace(
      EntityCache cache,
      Map<String, TreeMap<String, String>> model,
      Random random,
      boolean commit) {
    Map<String, TreeMap<String, String>> fresh = new HashMap<>();
    Checksums.COLLECTIONS.forEach(name -> fresh.put(name, byBytes()));
    String cursor = Integer.toString(random.nextInt());
    try (Replacement replacement = cache.replace()) {
      for (int i = random.nextInt(60); i > 0; i--) {
        String collection = collection(random);
        String id = id(random);
        String json = json(random);
        replacement.add(collection, id, json);
        fresh.get(collection).put(id, json);
      }
      if (commit) {
        assertThat(replacement.global()).isEqualTo(digest(fresh).global());
        replacement.commit(cursor, replacement.global());
        model.putAll(fresh);
      }
    }
    return cursor;
  }

  private static void repair(
      EntityCache cache, Map<String, TreeMap<String, String>> model, Random random) {
    String collection = collection(random);
    Set<Integer> buckets =
        random.ints(100, 0, 256).boxed().collect(Collectors.toCollection(java.util.TreeSet::new));
    TreeMap<String, String> items = model.get(collection);
    items.keySet().removeIf(id -> buckets.contains(EntityDigest.bucketOf(id)));
    Map<String, String> repaired = new HashMap<>();
    for (int i = 0; i < 5; i++) {
      String id = id(random);
      if (buckets.contains(EntityDigest.bucketOf(id))) {
        repaired.put(id, json(random));
      }
    }
    items.putAll(repaired);
    cache.repair(collection, buckets, repaired);
  }

  private static EntityDigest digest(Map<String, TreeMap<String, String>> model) {
    EntityDigest digest = new EntityDigest();
    model.forEach(
        (name, items) -> items.forEach((id, json) -> digest.set(name, id, Checksums.item(json))));
    return digest;
  }

  private static void same(
      EntityCache cache, Map<String, TreeMap<String, String>> model, String cursor) {
    assertThat(cache.state().ready()).isTrue();
    assertThat(cache.state().cursor()).isEqualTo(cursor);
    assertThat(cache.state().damagedBuckets()).isZero();
    EntityDigest expected = digest(model);
    assertThat(cache.global()).isEqualTo(expected.global());
    model.forEach(
        (name, items) -> {
          assertThat(cache.count(name)).isEqualTo(items.size());
          assertThat(cache.root(name)).isEqualTo(expected.root(name));
          assertThat(cache.buckets(name)).isEqualTo(expected.buckets(name));
          assertThat(listed(cache, name)).isEqualTo(List.copyOf(items.entrySet()));
          for (String id : IDS) {
            assertThat(cache.read(name, id)).isEqualTo(Optional.ofNullable(items.get(id)));
          }
        });
  }

  private static List<Map.Entry<String, String>> listed(EntityCache cache, String name) {
    List<Map.Entry<String, String>> all = new ArrayList<>();
    List<CachedItem> page = cache.list(name, "", 7);
    while (!page.isEmpty()) {
      page.forEach(item -> all.add(Map.entry(item.id(), item.json())));
      page = cache.list(name, page.get(page.size() - 1).id(), 7);
    }
    return all;
  }
}
