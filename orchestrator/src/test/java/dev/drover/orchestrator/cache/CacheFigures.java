package dev.drover.orchestrator.cache;

import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import dev.drover.engine.crypto.Sealer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Measures the cache at 100,000 items; run by hand, its figures go into no gate. */
public final class CacheFigures {
  private static final int ITEMS = 100_000;

  private CacheFigures() {}

  /** Runs in the directory that the first argument names. */
  public static void main(String[] arguments) throws Exception {
    Path file = Files.createTempDirectory(Path.of(arguments[0]), "figures").resolve("cache.db");
    Sealer sealer = new Sealer(new byte[32]);
    long bytes = 0;
    for (int round = 0; round < 3; round++) {
      try (EntityCache cache = new EntityCache(file, "mall", sealer, Clock.systemUTC())) {
        long start = System.nanoTime();
        bytes = 0;
        try (Replacement all = cache.replace()) {
          for (int i = 0; i < ITEMS; i++) {
            String json = json(i, 0);
            bytes += json.length();
            all.add("areas", "0f8fad5b-d9cb-469f-a165-" + String.format("%012d", i), json);
          }
          long added = System.nanoTime();
          all.commit("1", null);
          System.out.printf(
              "replace %.2f s (%.1f MB/s), flip and removal of the old %.2f s%n",
              (added - start) / 1e9,
              bytes / 1e6 / ((added - start) / 1e9),
              (System.nanoTime() - added) / 1e9);
        }
      }
    }
    System.out.printf(
        "%d items, %d bytes each, file %d MB%n", ITEMS, bytes / ITEMS, Files.size(file) >> 20);
    for (int round = 0; round < 3; round++) {
      long start = System.nanoTime();
      try (EntityCache cache = new EntityCache(file, "mall", sealer, Clock.systemUTC())) {
        System.out.printf(
            "open and load of %d: %.2f s%n",
            cache.count("areas"), (System.nanoTime() - start) / 1e9);
      }
    }
    try (EntityCache cache = new EntityCache(file, "mall", sealer, Clock.systemUTC())) {
      for (int round = 0; round < 3; round++) {
        for (int d : new int[] {1, 10, 100, 1000}) {
          int times = 20;
          long start = System.nanoTime();
          for (int t = 0; t < times; t++) {
            List<CachedChange> page = new ArrayList<>();
            for (int i = 0; i < d; i++) {
              int which = (int) ((t * 7919L + i * 104729L) % ITEMS);
              page.add(
                  new CachedChange(
                      "areas",
                      "0f8fad5b-d9cb-469f-a165-" + String.format("%012d", which),
                      json(which, round)));
            }
            cache.apply(page, "2", null);
          }
          System.out.printf("apply of %d: %.2f ms%n", d, (System.nanoTime() - start) / 1e6 / times);
        }
      }
      for (int round = 0; round < 3; round++) {
        long start = System.nanoTime();
        for (int i = 0; i < 20_000; i++) {
          cache.read("areas", "0f8fad5b-d9cb-469f-a165-" + String.format("%012d", i)).orElseThrow();
        }
        long read = System.nanoTime();
        String after = "";
        List<CachedItem> page = cache.list("areas", after, 1000);
        while (!page.isEmpty()) {
          after = page.get(page.size() - 1).id();
          page = cache.list("areas", after, 1000);
        }
        long listed = System.nanoTime();
        cache.check();
        System.out.printf(
            "read %.1f us, list of all %.2f s, check %.2f s, global %.3f ms%n",
            (read - start) / 1e3 / 20_000,
            (listed - read) / 1e9,
            (System.nanoTime() - listed) / 1e9,
            global(cache));
      }
    }
    long before = used();
    EntityDigest digest = new EntityDigest();
    byte[] hash = Checksums.item("{}");
    for (int i = 0; i < ITEMS; i++) {
      digest.set("areas", "0f8fad5b-d9cb-469f-a165-" + String.format("%012d", i), hash);
    }
    digest.global();
    System.out.printf("digest of %d: %.1f MB%n", digest.count("areas"), (used() - before) / 1e6);
  }

  private static double global(EntityCache cache) {
    long start = System.nanoTime();
    cache.global();
    return (System.nanoTime() - start) / 1e6;
  }

  private static long used() {
    for (int i = 0; i < 5; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static String json(int i, int version) {
    return "{\"id\":\"0f8fad5b-d9cb-469f-a165-"
        + String.format("%012d", i)
        + "\",\"name\":\"Shop "
        + i
        + "\",\"floor\":\"1F\",\"version\":"
        + version
        + ",\"polygon\":[[1.5,2.25],[3.5,4.75],[5.125,6.5],[7,8]],"
        + "\"description\":\""
        + "lorem ipsum dolor sit amet ".repeat(10)
        + "\",\"updated_at\":\"2026-11-21T00:00:00.000Z\"}";
  }
}
