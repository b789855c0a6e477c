package dev.drover.orchestrator.cache;

import dev.drover.engine.crypto.Sealer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** The mall's copy of its entity at central. */
public final class EntityCache implements AutoCloseable {
  /** Opens or makes the file. */
  public EntityCache(Path file, String entityId, Sealer sealer, Clock clock) {}

  /** Where the cache stands. */
  public CacheState state() {
    throw new UnsupportedOperationException();
  }

  /** An item as central delivered it; empty when there is none. */
  public Optional<String> read(String collection, String id) {
    throw new UnsupportedOperationException();
  }

  /** The items after an id, in the order of the bytes of their ids; "" for the beginning. */
  public List<CachedItem> list(String collection, String afterId, int limit) {
    throw new UnsupportedOperationException();
  }

  /** How many items a collection has. */
  public long count(String collection) {
    throw new UnsupportedOperationException();
  }

  /** The root of a collection. */
  public String root(String collection) {
    throw new UnsupportedOperationException();
  }

  /** The root of the entity. */
  public String global() {
    throw new UnsupportedOperationException();
  }

  /** The 256 bucket hashes of a collection in hex. */
  public List<String> buckets(String collection) {
    throw new UnsupportedOperationException();
  }

  /** The ids of a bucket and the hashes of their items. */
  public SortedMap<String, byte[]> bucket(String collection, int bucket) {
    throw new UnsupportedOperationException();
  }

  /** Stores a page of a delta and the cursor after it in one transaction. */
  public void apply(List<CachedChange> page, String cursor, String serverChecksum) {
    throw new UnsupportedOperationException();
  }

  /** Begins a new content beside the present one. */
  public Replacement replace() {
    throw new UnsupportedOperationException();
  }

  /** Makes buckets hold exactly these items, in one transaction. */
  public void repair(String collection, Collection<Integer> buckets, Map<String, String> items) {
    throw new UnsupportedOperationException();
  }

  /** Notes that central's global root, which is given, was compared at this time. */
  public void verified(Instant at, String serverGlobal) {
    throw new UnsupportedOperationException();
  }

  /** Called once per finding, from any thread, when the cache is found damaged. */
  public void onDamage(Runnable wake) {
    throw new UnsupportedOperationException();
  }

  /** Reads the whole file against its own roots and marks what is damaged. */
  public void check() {
    throw new UnsupportedOperationException();
  }

  /** Makes the cache not ready: a full sync is needed. */
  public void invalidate(String reason) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
