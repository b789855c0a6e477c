package dev.drover.central.entity;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One entity as it stands after one change: its checksums, its documents and how it came there.
 * What is written meanwhile is not seen, however long a reader takes.
 */
public final class EntityView {
  private final String entityId;
  private final Instant updatedAt;
  private final long forgottenSeq;
  private final Roots roots;
  private final EntityDigests digests;
  private final EntityChanges changes;

  EntityView(
      String entityId,
      Instant updatedAt,
      long forgottenSeq,
      Roots roots,
      EntityDigests digests,
      EntityChanges changes) {
    this.entityId = entityId;
    this.updatedAt = updatedAt;
    this.forgottenSeq = forgottenSeq;
    this.roots = roots;
    this.digests = digests;
    this.changes = changes;
  }

  /** The entity. */
  public String entityId() {
    return entityId;
  }

  /** The number of the last change. */
  public long seq() {
    return roots.seq();
  }

  /** When that was. */
  public Instant updatedAt() {
    return updatedAt;
  }

  /** The last change that is forgotten; 0 when the history is whole. */
  public long forgottenSeq() {
    return forgottenSeq;
  }

  /** When a change was committed. */
  public Instant time(long seq) {
    return seq == seq() ? updatedAt : changes.time(entityId, seq).orElse(updatedAt);
  }

  /** Whether every change since this time is kept. */
  public boolean kept(Instant time) {
    return forgottenSeq == 0
        || changes
            .time(entityId, forgottenSeq + 1)
            .filter(first -> !first.isAfter(time))
            .isPresent();
  }

  /** The checksums. */
  public Roots roots() {
    return roots;
  }

  /** The entity's root as it stood after an older change; empty when it must be worked out. */
  public Optional<String> global(long seq) {
    return digests.global(entityId, seq);
  }

  /**
   * The changes with numbers above {@code from} and up to {@code to}, in order, without the text of
   * the documents.
   */
  public List<Change> changes(long from, long to) {
    return changes.between(entityId, from, Math.min(to, seq()));
  }

  /** The same with the documents after the changes; for few at a time, they may be large. */
  public List<Change> documents(long from, long to) {
    return changes.documents(entityId, from, Math.min(to, seq()));
  }

  /** The changes of some numbers, in order, with the documents after them; for few at a time. */
  public List<Change> documents(List<Long> numbers) {
    return changes.documents(entityId, numbers);
  }

  /** The documents as they stood after change {@code seq}, one collection after the other. */
  public Snapshot snapshot(long seq) {
    return new Snapshot(changes, entityId, seq);
  }

  /**
   * The number of the last change before a time; 0 or the last forgotten one when there is none.
   */
  public long lastBefore(Instant time) {
    long low = forgottenSeq;
    long high = seq();
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      Optional<Instant> at = changes.time(entityId, middle);
      if (at.isEmpty() || at.get().isBefore(time)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /**
   * The checksums as they stood after an older change: what was changed since is put back.
   *
   * @param since the changes after that one, up to this view
   * @return empty when more was changed while they were read
   */
  public Optional<Roots> rootsBefore(List<Change> since) {
    if (since.isEmpty()) {
      return Optional.of(roots);
    }
    Map<ItemRef, Version> then = new HashMap<>();
    since.forEach(change -> then.putIfAbsent(change.item(), change.before()));
    Map<String, Bucket> touched = new TreeMap<>();
    then.keySet().forEach(item -> touched.put(Bucket.of(item).key(), Bucket.of(item)));
    digests.find(touched.keySet()).forEach(bucket -> touched.put(bucket.key(), bucket));
    if (touched.values().stream().anyMatch(bucket -> bucket.seq() > seq())) {
      return Optional.empty();
    }
    then.forEach(
        (item, version) -> touched.get(Bucket.of(item).key()).set(item.id(), version.digest()));
    return Optional.of(roots.with(since.get(0).seq() - 1, touched.values()));
  }

  /** The ids of a bucket's documents, in order, whatever is written meanwhile. */
  public List<String> bucket(String collection, int number) {
    String key = Bucket.key(entityId, collection, number);
    List<Bucket> stored = digests.find(Set.of(key));
    if (stored.isEmpty()) {
      return List.of();
    }
    Bucket bucket = stored.get(0);
    Set<ItemRef> seen = new HashSet<>();
    for (Change later : changes.between(entityId, seq(), bucket.seq())) {
      if (key.equals(Bucket.of(later.item()).key()) && seen.add(later.item())) {
        bucket.set(later.item().id(), later.before().digest());
      }
    }
    return bucket.ids();
  }

  /**
   * Some documents of a bucket as they stood; fewer than the ids when they are large.
   *
   * @param ids of one bucket, in order
   */
  public Snapshot.Piece read(String collection, List<String> ids) {
    return snapshot(seq()).read(collection, ids);
  }
}
