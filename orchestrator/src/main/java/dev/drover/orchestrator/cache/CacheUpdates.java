package dev.drover.orchestrator.cache;

import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Changes of the present content, each of them one transaction. */
final class CacheUpdates {
  private final CacheContent content;
  private final Clock clock;

  CacheUpdates(CacheContent content, Clock clock) {
    this.content = content;
    this.clock = clock;
  }

  void apply(List<CachedChange> page, String cursor, String serverChecksum) {
    List<byte[]> hashes = new ArrayList<>(page.size());
    page.forEach(change -> hashes.add(hash(change.json())));
    synchronized (content) {
      View view = content.view();
      view.requireReady();
      CacheRecord record = view.record();
      EntityDigest digest = view.digest().fork();
      for (int i = 0; i < page.size(); i++) {
        digest.set(page.get(i).collection(), page.get(i).id(), hashes.get(i));
      }
      String checksum = serverChecksum == null ? record.serverChecksum() : serverChecksum;
      content.store(
          digest,
          record.synced(cursor, checksum, clock.instant()),
          rows -> {
            for (int i = 0; i < page.size(); i++) {
              CachedChange change = page.get(i);
              if (change.json() == null) {
                rows.delete(record.generation(), change.collection(), change.id());
              } else {
                rows.put(
                    record.generation(),
                    change.collection(),
                    change.id(),
                    hashes.get(i),
                    change.json());
              }
            }
          });
    }
  }

  private static byte[] hash(String json) {
    return json == null ? null : Checksums.item(json);
  }

  void repair(String collection, Collection<Integer> buckets, Map<String, String> items) {
    Set<Integer> repaired = new TreeSet<>(buckets);
    for (String id : items.keySet()) {
      if (!repaired.contains(EntityDigest.bucketOf(id))) {
        throw new IllegalArgumentException(id + " is in none of the buckets " + repaired);
      }
    }
    synchronized (content) {
      View view = content.view();
      view.requireReady();
      CacheRecord record = view.record();
      EntityDigest digest = view.digest().fork();
      Set<String> gone = new TreeSet<>();
      repaired.forEach(bucket -> gone.addAll(digest.bucket(collection, bucket).keySet()));
      gone.removeAll(items.keySet());
      gone.forEach(id -> digest.set(collection, id, null));
      items.forEach((id, json) -> digest.set(collection, id, hash(json)));
      content.store(
          digest,
          record.repaired(collection, repaired),
          rows -> {
            for (String id : gone) {
              rows.delete(record.generation(), collection, id);
            }
            for (Map.Entry<String, String> item : items.entrySet()) {
              byte[] hash = digest.hash(collection, item.getKey());
              rows.put(record.generation(), collection, item.getKey(), hash, item.getValue());
            }
          });
    }
  }

  boolean verified(Instant at, String serverGlobal) {
    synchronized (content) {
      View view = content.view();
      if (!view.record().ready() || !view.digest().global().equals(serverGlobal)) {
        return false;
      }
      content.store(view.digest(), view.record().verified(at), rows -> {});
      return true;
    }
  }

  void invalidate(String reason) {
    synchronized (content) {
      View view = content.view();
      content.store(view.digest(), view.record().invalid(reason), rows -> {});
    }
  }
}
