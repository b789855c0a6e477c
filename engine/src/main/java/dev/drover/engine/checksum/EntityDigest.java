package dev.drover.engine.checksum;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The checksums of one entity, kept up to date change by change: a change re-hashes its own bucket,
 * not the entity. The definition is that of {@link Checksums}. For one thread at a time.
 */
public final class EntityDigest {
  private static final int BUCKETS = 256;

  private static final class Collection {
    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of generic types
    private final TreeMap<byte[], byte[]>[] items = new TreeMap[BUCKETS];

    private final byte[][] hashes = new byte[BUCKETS][];
  }

  private final Map<String, Collection> collections = new HashMap<>();

  /** The digest of an entity without documents. */
  public EntityDigest() {
    Checksums.COLLECTIONS.forEach(name -> collections.put(name, new Collection()));
  }

  /** Sets the hash of a document, or forgets the document when the hash is null. */
  public void set(String collection, String id, byte[] hash) {
    byte[] name = id.getBytes(StandardCharsets.UTF_8);
    int bucket = Checksums.sha256().digest(name)[0] & 0xff;
    Collection target = collections.get(collection);
    if (target.items[bucket] == null) {
      target.items[bucket] = new TreeMap<>(Arrays::compareUnsigned);
    }
    if (hash == null) {
      target.items[bucket].remove(name);
    } else {
      target.items[bucket].put(name, hash);
    }
    target.hashes[bucket] = null;
  }

  /** The root of a collection. */
  public String root(String collection) {
    Collection of = collections.get(collection);
    MessageDigest root = Checksums.sha256();
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      if (of.hashes[bucket] == null) {
        of.hashes[bucket] = Checksums.bucket(of.items[bucket]);
      }
      root.update(of.hashes[bucket]);
    }
    return Checksums.text(root.digest());
  }

  /** The root of the entity. */
  public String global() {
    Map<String, String> roots = new HashMap<>();
    Checksums.COLLECTIONS.forEach(name -> roots.put(name, root(name)));
    return Checksums.global(roots);
  }
}
