package dev.drover.orchestrator.cache;

import dev.drover.engine.crypto.Sealer;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.SealedStore;
import dev.drover.orchestrator.database.SealedTable;
import dev.drover.proto.ProtocolException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

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
  private final String entityId;
  private final CacheContent content;
  private final CacheReader reader;
  private final CacheUpdates updates;
  private final Generations generations;
  private final CacheWalk walk;

  /**
   * Opens or makes the file. One that is damaged as a whole, or was sealed with another key or for
   * another mall, is set aside, and an empty one stands in its place.
   *
   * @param entityId the mall
   * @throws IllegalStateException when no file can be made there
   */
  public EntityCache(Path file, String entityId, Sealer sealer, Clock clock) {
    this.entityId = entityId;
    CacheHome home = new CacheHome(file, entityId, sealer);
    content = new CacheContent(home);
    reader = new CacheReader(content);
    updates = new CacheUpdates(content, clock);
    generations = new Generations(content, clock);
    walk = new CacheWalk(content, home);
    try {
      generations.deleteOthers();
    } catch (RuntimeException e) {
      content.close();
      throw e;
    }
  }

  /** Where the cache stands. */
  public CacheState state() {
    CacheRecord record = content.view().record();
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
    return reader.read(collection, id);
  }

  /**
   * The items after an id, in the order of the bytes of their ids; "" for the beginning. A page has
   * at most so many, and about 1 MiB; behind the last one comes an empty page.
   *
   * @throws ProtocolException CACHE_NOT_READY when the collection is not known completely
   */
  public List<CachedItem> list(String collection, String afterId, int limit) {
    return reader.list(collection, afterId, limit);
  }

  /** How many items a collection has. */
  public long count(String collection) {
    View now = content.view();
    now.requireAll(collection);
    return now.digest().count(collection);
  }

  /** The root of a collection. */
  public String root(String collection) {
    return content.view().digest().root(collection);
  }

  /** The root of the entity. */
  public String global() {
    return content.view().digest().global();
  }

  /** The 256 bucket hashes of a collection in hex. */
  public List<String> buckets(String collection) {
    return content.view().digest().buckets(collection);
  }

  /** The ids of a bucket and the hashes of their items. */
  public SortedMap<String, byte[]> bucket(String collection, int bucket) {
    return content.view().digest().bucket(collection, bucket);
  }

  /** The buckets of a collection that cannot be read until they are repaired. */
  public Set<Integer> damagedBuckets(String collection) {
    return content.view().record().damaged().getOrDefault(collection, Set.of());
  }

  /**
   * Stores a page of a delta and the cursor after it in one transaction.
   *
   * @param serverChecksum what central told with it; null keeps what it told before
   * @throws ProtocolException CACHE_NOT_READY when there is nothing yet that could change
   */
  public void apply(List<CachedChange> page, String cursor, String serverChecksum) {
    updates.apply(page, cursor, serverChecksum);
  }

  /**
   * Begins a new content beside the present one; there is one at a time.
   *
   * @throws IllegalStateException while another one is not closed
   */
  public Replacement replace() {
    return generations.begin();
  }

  /**
   * Makes buckets hold exactly these items, in one transaction.
   *
   * @throws IllegalArgumentException when an item belongs to none of the buckets
   * @throws ProtocolException CACHE_NOT_READY when there is nothing yet to repair
   */
  public void repair(String collection, Collection<Integer> buckets, Map<String, String> items) {
    updates.repair(collection, buckets, items);
  }

  /**
   * Notes that the content was compared with central's. When it is equal, nothing is damaged any
   * more, whatever was thought.
   *
   * @param serverGlobal central's global root at the cursor of this cache
   * @return whether it is equal still
   */
  public boolean verified(Instant at, String serverGlobal) {
    return updates.verified(at, serverGlobal);
  }

  /** What to run once per finding, from any thread, when the cache is found damaged. */
  public void onDamage(Runnable newWake) {
    content.onDamage(newWake);
  }

  /**
   * Reads the whole file from the disk against its own roots and marks what is damaged. Readers and
   * writers go on meanwhile.
   */
  public void check() {
    walk.check();
  }

  /** Makes the cache not ready: a full sync is needed. */
  public void invalidate(String reason) {
    updates.invalidate(reason);
  }

  @Override
  public List<SealedTable> sealedTables() {
    return CacheTables.of(entityId, content::transaction);
  }

  @Override
  public void sealedAnew() {
    content.sealedAnew();
  }

  /** The file's database, for tests that damage it. */
  Database database() {
    return content.file().database();
  }

  @Override
  public void close() {
    content.close();
  }
}
