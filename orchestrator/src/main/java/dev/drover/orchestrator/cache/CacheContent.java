package dev.drover.orchestrator.cache;

import dev.drover.engine.checksum.EntityDigest;
import dev.drover.orchestrator.database.Database;
import dev.drover.proto.ProtocolException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one state that the cache is in, and how it becomes another: one transaction on the disk, then
 * what readers see. The monitor of this object is the writers' lock; whoever reads the {@link
 * #view} in order to change it, holds it.
 */
final class CacheContent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CacheContent.class);

  private final CacheHome home;
  private volatile Runnable wake = () -> {};
  private volatile View view;

  /** Loads what is there; what is damaged as a whole is set aside for an empty file. */
  CacheContent(CacheHome home) {
    this.home = home;
    try {
      home.open();
      load();
    } catch (RuntimeException e) {
      if (!Damage.isMeantBy(e)) {
        home.close();
        throw e;
      }
      renew(e.getMessage());
    }
  }

  private void load() {
    CacheLoader.Loaded loaded = new CacheLoader(file(), home.marked()).load();
    view = loaded.view();
    view.digest().global();
    if (loaded.damaged()) {
      LOG.warn("The cache is damaged in {} buckets", view.record().damagedBuckets());
      long generation = view.record().generation();
      store(
          view.digest(),
          view.record(),
          rows -> {
            for (CacheFile.Row row : loaded.broken()) {
              rows.delete(generation, row.collection(), row.id());
            }
          });
    }
  }

  /** What readers go by just now. */
  View view() {
    return view;
  }

  /** The file that is open just now. */
  CacheFile file() {
    return home.file();
  }

  /** What to run once per finding, from any thread, when the cache is found damaged. */
  void onDamage(Runnable newWake) {
    this.wake = newWake;
    if (view.record().damagedBuckets() > 0) {
      newWake.run();
    }
  }

  /** One transaction with the rows, what changed of the roots, and the record; then it is seen. */
  synchronized void store(EntityDigest digest, CacheRecord changed, CacheFile.Writes rows) {
    CacheRecord record =
        guarded(
            () -> {
              CacheRecord next = changed.next(digest.roots());
              write(digest, next, rows);
              return next;
            });
    publish(digest, record);
    home.mark(record.revision());
  }

  private void write(EntityDigest digest, CacheRecord next, CacheFile.Writes rows) {
    Map<String, String> before = view.record().roots();
    file()
        .write(
            transaction -> {
              rows.to(transaction);
              for (Map.Entry<String, String> root : next.roots().entrySet()) {
                if (!root.getValue().equals(before.get(root.getKey()))) {
                  transaction.bucketHashes(root.getKey(), digest.bucketHashes(root.getKey()));
                }
              }
              transaction.record(next);
            });
  }

  private void publish(EntityDigest digest, CacheRecord record) {
    digest.global();
    view = new View(record, digest);
  }

  /** Works with the file, and sets it aside when SQLite finds it damaged. */
  synchronized <T> T guarded(Supplier<T> work) {
    try {
      return work.get();
    } catch (ProtocolException e) {
      throw e;
    } catch (RuntimeException e) {
      if (Damage.isMeantBy(e) || !home.exists()) {
        renew(e.getMessage());
        throw View.notReady("The mall's data was damaged here and is being fetched again");
      }
      throw e;
    }
  }

  /** A transaction on the file as it is, in turn with the other writers. */
  <T> T transaction(Database.Work<T> work) {
    return guarded(() -> file().database().transaction(work));
  }

  /** Rows are forgotten, and their buckets are not read until they are repaired. */
  synchronized void damaged(String collection, Set<String> ids) {
    LOG.warn("{} items of {} are damaged in the cache", ids.size(), collection);
    EntityDigest digest = view.digest().fork();
    Set<Integer> buckets = new TreeSet<>();
    for (String id : ids) {
      digest.set(collection, id, null);
      buckets.add(EntityDigest.bucketOf(id));
    }
    CacheRecord record = view.record().damagedAt(collection, buckets);
    try {
      store(
          digest,
          record,
          rows -> {
            for (String id : ids) {
              rows.delete(record.generation(), collection, id);
            }
          });
    } catch (ProtocolException e) {
      return; // it was worse, and has been told
    } catch (IllegalStateException e) {
      // The disk is full, say: known here all the same, and found again after a restart.
      publish(digest, record);
    }
    wake.run();
  }

  /** An empty file in the place of one that cannot be used. */
  synchronized void renew(String why) {
    LOG.warn("The cache begins anew: {}", why);
    view = new View(CacheRecord.empty("its cache was lost: " + why), new EntityDigest());
    home.renew();
    CacheRecord record = view.record().next(view.digest().roots());
    write(view.digest(), record, rows -> {});
    publish(view.digest(), record);
    home.mark(record.revision());
    wake.run();
  }

  /** The mark is sealed too, and a file that was set aside would be unreadable rubbish. */
  synchronized void sealedAnew() {
    home.mark(view.record().revision());
    home.forgetSetAside();
  }

  @Override
  public synchronized void close() {
    home.close();
  }
}
