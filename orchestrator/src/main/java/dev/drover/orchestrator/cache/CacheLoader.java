package dev.drover.orchestrator.cache;

import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import dev.drover.engine.crypto.SealBrokenException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Reads the whole file at the start and judges it by the roots that were stored with it. */
final class CacheLoader {
  /** What was loaded, and rows to delete because no seal of theirs opens. */
  record Loaded(View view, List<CacheFile.Row> broken, boolean damaged) {}

  private final CacheFile file;
  private final OptionalLong mark;

  CacheLoader(CacheFile file, OptionalLong mark) {
    this.file = file;
    this.mark = mark;
  }

  /**
   * Loads the file.
   *
   * @throws SealBrokenException when it was sealed for another mall or with another key
   */
  Loaded load() {
    Optional<CacheRecord> stored = file.record();
    if (stored.isEmpty()) {
      if (file.hasItems()) {
        throw new SealBrokenException("The cache's record is gone");
      }
      CacheRecord empty = CacheRecord.empty("it was never synced with central");
      return new Loaded(new View(empty, new EntityDigest()), List.of(), false);
    }
    CacheRecord record = stored.get();
    if (!record.ready()) {
      // Nobody may read it, and a full sync will replace it: it is not worth the time.
      return new Loaded(new View(record, new EntityDigest()), List.of(), false);
    }
    EntityDigest digest = new EntityDigest();
    List<CacheFile.Row> broken = new ArrayList<>();
    file.all(record.generation(), row -> add(digest, row, broken));
    CacheRecord judged = judge(record, digest);
    for (CacheFile.Row row : broken) {
      if (Checksums.COLLECTIONS.contains(row.collection()) && row.id() != null) {
        judged = judged.damagedAt(row.collection(), Set.of(EntityDigest.bucketOf(row.id())));
      }
    }
    boolean damaged = judged.damagedBuckets() > record.damagedBuckets() || !broken.isEmpty();
    return new Loaded(new View(judged, digest), broken, damaged);
  }

  private void add(EntityDigest digest, CacheFile.Row row, List<CacheFile.Row> broken) {
    boolean known = Checksums.COLLECTIONS.contains(row.collection()) && row.id() != null;
    Optional<CacheFile.Content> content =
        known ? file.open(row.collection(), row.id(), row.sealed()) : Optional.empty();
    if (content.isEmpty()) {
      broken.add(row);
    } else {
      digest.set(row.collection(), row.id(), content.get().hash());
    }
  }

  private CacheRecord judge(CacheRecord record, EntityDigest digest) {
    if (mark.isEmpty() || mark.getAsLong() > record.revision()) {
      // Fewer transactions than there were: whole perhaps, but not what was stored last.
      return record.damagedEverywhere();
    }
    CacheRecord judged = record;
    for (Map.Entry<String, String> root : digest.roots().entrySet()) {
      String collection = root.getKey();
      String stored = record.roots().get(collection);
      if (!root.getValue().equals(stored)) {
        judged = judged.damagedAt(collection, differing(collection, digest, stored));
      }
    }
    return judged;
  }

  /** The buckets that are not what was stored; all of them when that cannot be told. */
  private Set<Integer> differing(String collection, EntityDigest digest, String root) {
    byte[] now = digest.bucketHashes(collection);
    byte[] stored = file.bucketHashes(collection).orElse(new byte[0]);
    boolean trusted = stored.length == now.length && EntityDigest.root(stored).equals(root);
    Set<Integer> buckets = new TreeSet<>();
    for (int bucket = 0; bucket < 256; bucket++) {
      int from = bucket * 32;
      if (!trusted || !Arrays.equals(now, from, from + 32, stored, from, from + 32)) {
        buckets.add(bucket);
      }
    }
    return buckets;
  }
}
