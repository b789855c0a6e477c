package dev.drover.orchestrator.cache;

import dev.drover.engine.checksum.Checksums;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the cache knows of its content; stored, sealed, in each transaction that changes any of it.
 *
 * @param ready whether there is a whole mall
 * @param reason why not
 * @param generation which items count; others are being written or deleted
 * @param revision counts the transactions
 * @param cursor central's change number that the content stands at
 * @param syncedAt when it was written last
 * @param verifiedAt when it was found equal to central's
 * @param serverChecksum the global root that central told last
 * @param roots the roots of the collections
 * @param damaged buckets that must not be read until they are repaired, by collection
 */
record CacheRecord(
    boolean ready,
    String reason,
    long generation,
    long revision,
    String cursor,
    Instant syncedAt,
    Instant verifiedAt,
    String serverChecksum,
    Map<String, String> roots,
    Map<String, Set<Integer>> damaged) {
  private static final Set<Integer> ALL =
      IntStream.range(0, 256).boxed().collect(Collectors.toUnmodifiableSet());

  static CacheRecord empty(String reason) {
    return new CacheRecord(false, reason, 1, 0, null, null, null, null, Map.of(), Map.of());
  }

  CacheRecord invalid(String why) {
    return new CacheRecord(
        false,
        why,
        generation,
        revision,
        cursor,
        syncedAt,
        verifiedAt,
        serverChecksum,
        roots,
        damaged);
  }

  CacheRecord synced(String newCursor, String checksum, Instant at) {
    return new CacheRecord(
        true, null, generation, revision, newCursor, at, verifiedAt, checksum, roots, damaged);
  }

  CacheRecord replaced(long newGeneration, String newCursor, String checksum, Instant at) {
    return new CacheRecord(
        true, null, newGeneration, revision, newCursor, at, verifiedAt, checksum, roots, Map.of());
  }

  CacheRecord verified(Instant at) {
    return new CacheRecord(
        ready, reason, generation, revision, cursor, syncedAt, at, serverChecksum, roots, Map.of());
  }

  /** The next one in the file, over this content. */
  CacheRecord next(Map<String, String> newRoots) {
    return new CacheRecord(
        ready,
        reason,
        generation,
        revision + 1,
        cursor,
        syncedAt,
        verifiedAt,
        serverChecksum,
        Map.copyOf(newRoots),
        damaged);
  }

  CacheRecord damagedAt(String collection, Set<Integer> buckets) {
    Set<Integer> more = new TreeSet<>(damaged.getOrDefault(collection, Set.of()));
    more.addAll(buckets);
    return withDamaged(collection, more);
  }

  CacheRecord damagedEverywhere() {
    CacheRecord all = this;
    for (String collection : Checksums.COLLECTIONS) {
      all = all.damagedAt(collection, ALL);
    }
    return all;
  }

  CacheRecord repaired(String collection, Set<Integer> buckets) {
    Set<Integer> left = new TreeSet<>(damaged.getOrDefault(collection, Set.of()));
    left.removeAll(buckets);
    return withDamaged(collection, left);
  }

  private CacheRecord withDamaged(String collection, Set<Integer> buckets) {
    Map<String, Set<Integer>> all = new HashMap<>(damaged);
    all.put(collection, Set.copyOf(buckets));
    return new CacheRecord(
        ready,
        reason,
        generation,
        revision,
        cursor,
        syncedAt,
        verifiedAt,
        serverChecksum,
        roots,
        Map.copyOf(all));
  }

  boolean isDamaged(String collection, int bucket) {
    return damaged.getOrDefault(collection, Set.of()).contains(bucket);
  }

  boolean isDamaged(String collection) {
    return !damaged.getOrDefault(collection, Set.of()).isEmpty();
  }

  int damagedBuckets() {
    return damaged.values().stream().mapToInt(Set::size).sum();
  }
}
