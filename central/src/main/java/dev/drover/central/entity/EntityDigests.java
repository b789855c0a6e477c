package dev.drover.central.entity;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The checksums of all entities, stored beside their documents: a change rewrites its own bucket
 * and the entity's bucket hashes, and a restart reads nothing but those. Several processes may
 * advance one entity at once: each write names the number that it found.
 */
final class EntityDigests {
  private static final int KEPT = 500;
  private static final int KEPT_PASSED = 10_000;
  private static final int STEP = 5000;
  private static final int BULK = 128;
  private static final ReplaceOptions UPSERT = new ReplaceOptions().upsert(true);

  private final MongoCollection<Document> digests;
  private final MongoCollection<Document> buckets;
  private final EntityChanges changes;
  private final Map<String, Roots> known = newest(KEPT);
  private final Map<String, String> passed = newest(KEPT_PASSED);

  EntityDigests(MongoDatabase database, EntityChanges changes) {
    this.digests = database.getCollection("digests");
    this.buckets = database.getCollection("buckets");
    this.changes = changes;
  }

  /**
   * Applies what is pending, and brings the checksums up to at least {@code seq}.
   *
   * @param pending changes that may not be applied yet, in order; the last one has number {@code
   *     seq}
   */
  Roots advance(String entityId, List<Change> pending, long seq) {
    Optional<Roots> remembered = remembered(entityId);
    if (remembered.isPresent() && remembered.get().seq() == seq) {
      return remembered.get();
    }
    Roots roots = load(entityId);
    long stands = roots.seq();
    changes.apply(pending.stream().filter(change -> change.seq() > stands).toList());
    while (roots.seq() < seq) {
      long to = Math.min(seq, roots.seq() + STEP);
      roots = advance(entityId, roots, to).orElseGet(() -> load(entityId));
    }
    remember(entityId, roots);
    return roots;
  }

  private Optional<Roots> remembered(String entityId) {
    synchronized (known) {
      return Optional.ofNullable(known.get(entityId));
    }
  }

  private void remember(String entityId, Roots roots) {
    String global = roots.global();
    synchronized (known) {
      known.merge(entityId, roots, (old, fresh) -> fresh.seq() > old.seq() ? fresh : old);
      passed.put(entityId + "/" + roots.seq(), global);
    }
  }

  /**
   * The entity's root after an older change, when somebody asked at that time: a mall that follows
   * goes on from where it was, so the buckets that changed since need not be hashed as they were.
   */
  Optional<String> global(String entityId, long seq) {
    synchronized (known) {
      return Optional.ofNullable(passed.get(entityId + "/" + seq));
    }
  }

  private static <T> Map<String, T> newest(int kept) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
        return size() > kept;
      }
    };
  }

  private Roots load(String entityId) {
    Document stored = digests.find(Filters.eq("_id", entityId)).first();
    return stored == null ? Roots.empty() : Roots.of(stored);
  }

  /** One step; empty when another process was faster. */
  private Optional<Roots> advance(String entityId, Roots from, long to) {
    List<Change> next = new ArrayList<>();
    Map<String, Bucket> touched = new TreeMap<>();
    long end = from.seq();
    long ahead = to;
    while (ahead > end) {
      List<Change> more = changes.between(entityId, end, ahead);
      if (more.size() != ahead - end) {
        throw new IllegalStateException(
            "the history of " + entityId + " lacks changes between " + end + " and " + ahead);
      }
      next.addAll(more);
      touched.putAll(load(entityId, more));
      end = ahead;
      // Where another process wrote a bucket already, the others must come as far.
      ahead = touched.values().stream().mapToLong(Bucket::seq).max().orElse(0);
    }
    List<Bucket> later = new ArrayList<>();
    for (Bucket bucket : touched.values()) {
      later.add(bucket.seq() == end ? bucket : bucket.at(end));
    }
    apply(next, touched, later);
    boolean mine = write(touched, later) && store(entityId, from.seq(), from.with(end, later));
    return mine ? Optional.of(from.with(end, later)) : Optional.empty();
  }

  private Map<String, Bucket> load(String entityId, Collection<Change> changed) {
    Map<String, Bucket> loaded = new TreeMap<>();
    for (Change change : changed) {
      Bucket empty = Bucket.of(change.item());
      loaded.put(empty.key(), empty);
    }
    find(loaded.keySet()).forEach(bucket -> loaded.put(bucket.key(), bucket));
    return loaded;
  }

  /** The stored ones among the buckets of these keys. */
  List<Bucket> find(Set<String> keys) {
    return buckets.find(Filters.in("_id", keys)).map(Bucket::of).into(new ArrayList<>());
  }

  private static void apply(List<Change> next, Map<String, Bucket> touched, List<Bucket> later) {
    Map<String, Bucket> byKey = new TreeMap<>();
    later.forEach(bucket -> byKey.put(bucket.key(), bucket));
    for (Change change : next) {
      String key = Bucket.of(change.item()).key();
      if (change.seq() > touched.get(key).seq()) {
        byKey.get(key).set(change.item().id(), change.after().digest());
      }
    }
  }

  private boolean write(Map<String, Bucket> found, List<Bucket> later) {
    List<ReplaceOneModel<Document>> models = new ArrayList<>();
    for (Bucket bucket : later) {
      Bson asFound =
          Filters.and(
              Filters.eq("_id", bucket.key()), Filters.eq("seq", found.get(bucket.key()).seq()));
      models.add(new ReplaceOneModel<>(asFound, bucket.toDocument(), UPSERT));
    }
    try {
      for (int i = 0; i < models.size(); i += BULK) {
        buckets.bulkWrite(
            models.subList(i, Math.min(i + BULK, models.size())),
            new BulkWriteOptions().ordered(false));
      }
      return true;
    } catch (MongoBulkWriteException e) {
      // The upsert found a bucket of another number: somebody else advances this entity.
      boolean faster =
          e.getWriteErrors().stream()
              .allMatch(error -> error.getCategory() == ErrorCategory.DUPLICATE_KEY);
      if (!faster || e.getWriteConcernError() != null) {
        throw e;
      }
      return false;
    }
  }

  private boolean store(String entityId, long found, Roots roots) {
    Bson asFound = Filters.and(Filters.eq("_id", entityId), Filters.eq("seq", found));
    try {
      digests.replaceOne(asFound, roots.toDocument(entityId), UPSERT);
      return true;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
        return false;
      }
      throw e;
    }
  }
}
