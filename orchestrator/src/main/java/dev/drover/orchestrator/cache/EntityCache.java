package dev.drover.orchestrator.cache;

import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.checksum.EntityDigest;
import dev.drover.engine.crypto.Sealer;
import dev.drover.orchestrator.store.Database;
import dev.drover.orchestrator.store.SealedStore;
import dev.drover.orchestrator.store.SealedTable;
import dev.drover.proto.ProtocolException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mall's copy of its entity, in an encrypted file of its own: losing it loses nothing that
 * central does not have.
 *
 * <p>Nothing wrong is ever read: an item is given out only when its seal opens for its very id and
 * its hash is the one that the digest in memory names, and the digest was checked against the
 * sealed roots when it was loaded. What fails is {@link #onDamage told}, answered CACHE_NOT_READY,
 * and repaired by buckets; a file that SQLite cannot work with is set aside for an empty one.
 *
 * <p>Readers take no lock and wait for no disk; writers write one after the other. The guide's
 * names (document 2, step 4): {@code update_full} is {@link #replace}, {@code upsert} and {@code
 * delete} are {@link #apply}, {@code update_checksum} is part of both, {@code calculate_checksum}
 * is {@link #global}, {@code get_last_sync_time} is in {@link #state}.
 */
public final class EntityCache implements SealedStore, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EntityCache.class);
  private static final int CHECKED_AT_ONCE = 1000;
  private static final int DELETED_AT_ONCE = 2000;

  private final Path path;
  private final String entityId;
  private final Sealer sealer;
  private final Clock clock;
  private final Object writer = new Object();
  private volatile Runnable wake = () -> {};
  private volatile CacheFile file;
  private volatile View view;
  private CacheMark mark;
  private Object fileKey;
  private NewContent replacement;

  /**
   * Opens or makes the file. One that is damaged as a whole, or was sealed with another key or for
   * another mall, is set aside, and an empty one stands in its place.
   *
   * @param entityId the mall
   * @throws IllegalStateException when no file can be made there
   */
  public EntityCache(Path file, String entityId, Sealer sealer, Clock clock) {
    this.path = file;
    this.entityId = entityId;
    this.sealer = sealer;
    this.clock = clock;
    try {
      open();
      load();
    } catch (RuntimeException e) {
      if (!Damage.isMeantBy(e)) {
        closeFile();
        throw e;
      }
      renew(e.getMessage());
    }
  }

  private void open() {
    mark = new CacheMark(beside(".mark"), entityId, sealer);
    file = new CacheFile(path, entityId, sealer);
    fileKey = keyOf(path);
  }

  private void load() {
    CacheLoader.Loaded loaded = new CacheLoader(file, mark.read()).load();
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
    deleteOthers();
  }

  /** Where the cache stands. */
  public CacheState state() {
    CacheRecord record = view.record();
    return new CacheState(
        record.ready(),
        record.cursor(),
        record.syncedAt(),
        record.verifiedAt(),
        record.serverChecksum(),
        entityId,
        record.damagedBuckets(),
        record.reason());
  }

  /**
   * An item as central delivered it; empty when there is none.
   *
   * @throws ProtocolException CACHE_NOT_READY when that is not known
   */
  public Optional<String> read(String collection, String id) {
    return certainly(
        now -> {
          now.requireItem(collection, id);
          byte[] hash = now.digest().hash(collection, id);
          if (hash == null) {
            return new Finding<>(Optional.empty(), Set.of());
          }
          Optional<String> json =
              file.value(now.record().generation(), collection, id)
                  .flatMap(value -> file.open(collection, id, value))
                  .filter(content -> Arrays.equals(content.hash(), hash))
                  .map(CacheFile.Content::json);
          return new Finding<>(json, json.isPresent() ? Set.of() : Set.of(id));
        },
        collection);
  }

  /**
   * The items after an id, in the order of the bytes of their ids; "" for the beginning.
   *
   * @throws ProtocolException CACHE_NOT_READY when the collection is not known completely
   */
  public List<CachedItem> list(String collection, String afterId, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("A page has at least one item");
    }
    return certainly(
        now -> {
          now.requireAll(collection);
          long generation = now.record().generation();
          CachePage page =
              CachePage.read(
                  file,
                  now,
                  collection,
                  afterId,
                  limit,
                  (after, to, most) -> file.range(generation, collection, after, to, most));
          return new Finding<>(page.items(), page.wrong());
        },
        collection);
  }

  /** What was read, and the ids that are not what they should be. */
  private record Finding<T>(T value, Set<String> wrong) {}

  @FunctionalInterface
  private interface Reading<T> {
    Finding<T> of(View view);
  }

  /**
   * Reads without a lock. What then seems wrong may only have been changed meanwhile, so it is read
   * again while nobody writes; if it is still wrong, it is damaged.
   */
  private <T> T certainly(Reading<T> reading, String collection) {
    try {
      Finding<T> first = reading.of(view);
      if (first.wrong.isEmpty()) {
        return first.value;
      }
    } catch (ProtocolException | IllegalArgumentException e) {
      throw e;
    } catch (RuntimeException e) {
      // The file may have been set aside meanwhile.
    }
    synchronized (writer) {
      Finding<T> second = guarded(() -> reading.of(view));
      if (second.wrong.isEmpty()) {
        return second.value;
      }
      damaged(collection, second.wrong);
      throw View.damaged(collection);
    }
  }

  /** How many items a collection has. */
  public long count(String collection) {
    View now = view;
    now.requireAll(collection);
    return now.digest().count(collection);
  }

  /** The root of a collection. */
  public String root(String collection) {
    return view.digest().root(collection);
  }

  /** The root of the entity. */
  public String global() {
    return view.digest().global();
  }

  /** The 256 bucket hashes of a collection in hex. */
  public List<String> buckets(String collection) {
    return view.digest().buckets(collection);
  }

  /** The ids of a bucket and the hashes of their items. */
  public SortedMap<String, byte[]> bucket(String collection, int bucket) {
    return view.digest().bucket(collection, bucket);
  }

  /** The buckets of a collection that cannot be read until they are repaired. */
  public Set<Integer> damagedBuckets(String collection) {
    return view.record().damaged().getOrDefault(collection, Set.of());
  }

  /**
   * Stores a page of a delta and the cursor after it in one transaction.
   *
   * @param serverChecksum what central told with it; null keeps what it told before
   * @throws ProtocolException CACHE_NOT_READY when there is nothing yet that could change
   */
  public void apply(List<CachedChange> page, String cursor, String serverChecksum) {
    List<byte[]> hashes = new ArrayList<>(page.size());
    page.forEach(change -> hashes.add(hash(change.json())));
    synchronized (writer) {
      view.requireReady();
      CacheRecord record = view.record();
      EntityDigest digest = view.digest().fork();
      for (int i = 0; i < page.size(); i++) {
        digest.set(page.get(i).collection(), page.get(i).id(), hashes.get(i));
      }
      String checksum = serverChecksum == null ? record.serverChecksum() : serverChecksum;
      store(
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

  /**
   * Begins a new content beside the present one; there is one at a time.
   *
   * @throws IllegalStateException while another one is not closed
   */
  public Replacement replace() {
    synchronized (writer) {
      if (replacement != null) {
        throw new IllegalStateException("The cache is being replaced already");
      }
      replacement = new NewContent(this, guarded(file::freeGeneration));
      return replacement;
    }
  }

  /** Writes a batch of a new content; it counts only after {@link #flip}. */
  void write(NewContent from, CacheFile.Writes writes) {
    synchronized (writer) {
      if (replacement != from) {
        throw View.notReady("The cache was set aside while it was being replaced");
      }
      guarded(
          () -> {
            file.write(writes);
            return null;
          });
    }
  }

  /** From here on the new content is the content. */
  void flip(NewContent from, EntityDigest digest, String cursor, String serverChecksum) {
    synchronized (writer) {
      if (replacement != from) {
        throw View.notReady("The cache was set aside while it was being replaced");
      }
      CacheRecord record = view.record();
      store(
          digest,
          record.replaced(from.generation(), cursor, serverChecksum, clock.instant()),
          rows -> {});
      replacement = null;
    }
    deleteOthers();
  }

  void discard(NewContent from) {
    synchronized (writer) {
      if (replacement == from) {
        replacement = null;
      }
    }
    deleteOthers();
  }

  /** In small transactions, so that whoever wants to write gets a turn. */
  private void deleteOthers() {
    boolean more = true;
    while (more) {
      synchronized (writer) {
        more =
            replacement == null
                && guarded(() -> file.deleteOthers(view.record().generation(), DELETED_AT_ONCE));
      }
    }
  }

  /**
   * Makes buckets hold exactly these items, in one transaction.
   *
   * @throws IllegalArgumentException when an item belongs to none of the buckets
   * @throws ProtocolException CACHE_NOT_READY when there is nothing yet to repair
   */
  public void repair(String collection, Collection<Integer> buckets, Map<String, String> items) {
    Set<Integer> repaired = new TreeSet<>(buckets);
    for (String id : items.keySet()) {
      if (!repaired.contains(EntityDigest.bucketOf(id))) {
        throw new IllegalArgumentException(id + " is in none of the buckets " + repaired);
      }
    }
    synchronized (writer) {
      view.requireReady();
      CacheRecord record = view.record();
      EntityDigest digest = view.digest().fork();
      Set<String> gone = new TreeSet<>();
      repaired.forEach(bucket -> gone.addAll(digest.bucket(collection, bucket).keySet()));
      gone.removeAll(items.keySet());
      gone.forEach(id -> digest.set(collection, id, null));
      items.forEach((id, json) -> digest.set(collection, id, hash(json)));
      store(
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

  /**
   * Notes that the content was compared with central's. When it is equal, nothing is damaged any
   * more, whatever was thought.
   *
   * @param serverGlobal central's global root at the cursor of this cache
   * @return whether it is equal still
   */
  public boolean verified(Instant at, String serverGlobal) {
    synchronized (writer) {
      if (!view.record().ready() || !global().equals(serverGlobal)) {
        return false;
      }
      store(view.digest(), view.record().verified(at), rows -> {});
      return true;
    }
  }

  /** What to run once per finding, from any thread, when the cache is found damaged. */
  public void onDamage(Runnable newWake) {
    this.wake = newWake;
    if (view.record().damagedBuckets() > 0) {
      newWake.run();
    }
  }

  /**
   * Reads the whole file from the disk against its own roots and marks what is damaged. Readers and
   * writers go on meanwhile.
   */
  public void check() {
    if (!Objects.equals(fileKey, keyOf(path)) || !Files.exists(beside("-wal"))) {
      synchronized (writer) {
        renew("The cache's file is gone");
      }
      return;
    }
    CacheFile checked = file;
    try (CacheCheck disk = new CacheCheck(path)) {
      disk.structure();
      for (String collection : Checksums.COLLECTIONS) {
        check(disk, collection);
      }
    } catch (RuntimeException e) {
      synchronized (writer) {
        if (checked == file && Damage.isMeantBy(e)) {
          renew(e.getMessage());
        } else if (checked == file) {
          throw e;
        }
      }
    }
  }

  private void check(CacheCheck disk, String collection) {
    String after = "";
    boolean more = true;
    while (more && view.record().ready()) {
      CachePage page = check(disk, collection, after);
      if (!page.isRight()) {
        synchronized (writer) {
          page = check(disk, collection, after);
          if (!page.isRight()) {
            damaged(collection, page.wrong());
          }
        }
      }
      more = !page.isLast(CHECKED_AT_ONCE);
      after = more ? page.lastId() : after;
    }
  }

  private CachePage check(CacheCheck disk, String collection, String after) {
    View now = view;
    return CachePage.read(
        file,
        now,
        collection,
        after,
        CHECKED_AT_ONCE,
        (from, to, most) -> disk.range(now.record().generation(), collection, from, to, most));
  }

  /** Makes the cache not ready: a full sync is needed. */
  public void invalidate(String reason) {
    synchronized (writer) {
      store(view.digest(), view.record().invalid(reason), rows -> {});
    }
  }

  /** Rows are forgotten, and their buckets are not read until they are repaired. */
  private void damaged(String collection, Set<String> ids) {
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

  /** One transaction with the rows, what changed of the roots, and the record; then it is seen. */
  private void store(EntityDigest digest, CacheRecord changed, CacheFile.Writes rows) {
    CacheRecord record =
        guarded(
            () -> {
              CacheRecord next = changed.next(digest.roots());
              write(digest, next, rows);
              return next;
            });
    publish(digest, record);
    mark(record);
  }

  private void write(EntityDigest digest, CacheRecord next, CacheFile.Writes rows) {
    Map<String, String> before = view.record().roots();
    file.write(
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

  private void mark(CacheRecord record) {
    try {
      mark.write(record.revision());
    } catch (IOException e) {
      // A mark that is behind hides a loss at worst; the transaction itself is on disk.
      LOG.warn("Cannot write the cache's mark: {}", e.toString());
    }
  }

  private void publish(EntityDigest digest, CacheRecord record) {
    digest.global();
    view = new View(record, digest);
  }

  /** Sets the file aside when SQLite finds it damaged. Only with the writer's lock. */
  private <T> T guarded(Supplier<T> work) {
    try {
      return work.get();
    } catch (ProtocolException e) {
      throw e;
    } catch (RuntimeException e) {
      if (Damage.isMeantBy(e) || !Files.exists(path)) {
        renew(e.getMessage());
        throw View.notReady("The mall's data was damaged here and is being fetched again");
      }
      throw e;
    }
  }

  /** An empty file in the place of one that cannot be used. The old one is kept, for people. */
  private void renew(String why) {
    LOG.warn("The cache begins anew: {}", why);
    view = new View(CacheRecord.empty("its cache was lost: " + why), new EntityDigest());
    replacement = null;
    closeFile();
    try {
      if (Files.exists(path)) {
        Files.move(path, beside(".damaged"), StandardCopyOption.REPLACE_EXISTING);
      }
      for (String part : List.of("-wal", "-shm", "-journal", ".mark")) {
        Files.deleteIfExists(beside(part));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot set aside " + path, e);
    }
    open();
    CacheRecord record = view.record().next(view.digest().roots());
    write(view.digest(), record, rows -> {});
    publish(view.digest(), record);
    mark(record);
    wake.run();
  }

  private Path beside(String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }

  private static Object keyOf(Path path) {
    try {
      return Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class)
          .fileKey();
    } catch (IOException e) {
      return "none"; // equal to no file's key
    }
  }

  private void closeFile() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IllegalStateException e) {
      LOG.debug("A damaged file does not close well", e);
    }
    if (mark != null) {
      mark.close();
    }
  }

  @Override
  public List<SealedTable> sealedTables() {
    return List.of(
        new SealedTable(
            "meta",
            List.of("name"),
            "value",
            CacheFile.META,
            keys -> entityId + "/" + keys.get(0),
            this::transaction),
        new SealedTable(
            "items",
            List.of("generation", "collection", "id"),
            "value",
            CacheFile.ITEM,
            keys -> keys.get(1) + "/" + keys.get(2),
            this::transaction));
  }

  private <T> T transaction(Database.Work<T> work) {
    synchronized (writer) {
      return guarded(() -> file.database().transaction(work));
    }
  }

  /** The mark is sealed too, and a file that was set aside would be unreadable rubbish. */
  @Override
  public void sealedAnew() {
    synchronized (writer) {
      mark(view.record());
      try {
        Files.deleteIfExists(beside(".damaged"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The file's database, for tests that damage it. */
  Database database() {
    return file.database();
  }

  @Override
  public void close() {
    synchronized (writer) {
      closeFile();
    }
  }
}
