package dev.drover.engine.checksum;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The ids, item hashes and checksums of one entity, kept up to date change by change: a change
 * re-hashes its own bucket, not the entity. The definition is that of {@link Checksums}.
 *
 * <p>For one thread at a time; but once {@link #global} was asked for and nothing is set any more,
 * any number of threads may read. {@link #fork} makes such a digest the base of the next one.
 */
public final class EntityDigest {
  private static final int BUCKETS = Checksums.BUCKETS;

  /** The buckets of a collection, and which of them no fork shares. */
  private record Items(DigestBucket[] buckets, BitSet own) {
    DigestBucket forChange(int bucket) {
      if (!own.get(bucket)) {
        own.set(bucket);
        DigestBucket shared = buckets[bucket];
        buckets[bucket] = shared == null ? new DigestBucket() : new DigestBucket(shared);
      }
      return buckets[bucket];
    }

    int count() {
      return Arrays.stream(buckets).mapToInt(bucket -> bucket == null ? 0 : bucket.size()).sum();
    }
  }

  /** A place in a bucket, for walking all buckets in the order of ids. */
  private record Place(DigestBucket bucket, int at) {
    byte[] id() {
      return bucket.id(at);
    }
  }

  private final Map<String, Items> collections = new HashMap<>();

  /** The digest of an entity without documents. */
  public EntityDigest() {
    Checksums.COLLECTIONS.forEach(
        name -> collections.put(name, new Items(new DigestBucket[BUCKETS], new BitSet())));
  }

  /**
   * A digest with the same content that goes its own way from here on. It costs no copy of the
   * items: of what both hold, each copies only the buckets that it changes.
   */
  public EntityDigest fork() {
    EntityDigest fork = new EntityDigest();
    collections.forEach(
        (name, items) -> {
          items.own.clear();
          fork.collections.put(name, new Items(items.buckets.clone(), new BitSet()));
        });
    return fork;
  }

  /** The bucket that an id belongs to: 0 to 255. */
  public static int bucketOf(String id) {
    return bucketOf(bytes(id));
  }

  private static int bucketOf(byte[] id) {
    return Checksums.sha256().digest(id)[0] & 0xff;
  }

  /** Sets the hash of a document, or forgets the document when the hash is null. */
  public void set(String collection, String id, byte[] hash) {
    byte[] name = bytes(id);
    DigestBucket bucket = items(collection).forChange(bucketOf(name));
    if (hash == null) {
      bucket.remove(name);
    } else {
      bucket.put(name, hash);
    }
  }

  /** The hash of a document, or null when there is no such document. */
  public byte[] hash(String collection, String id) {
    byte[] name = bytes(id);
    DigestBucket bucket = items(collection).buckets[bucketOf(name)];
    int at = bucket == null ? -1 : bucket.find(name);
    return at < 0 ? null : bucket.hash(at);
  }

  /** How many documents a collection has. */
  public int count(String collection) {
    return items(collection).count();
  }

  /** Up to {@code limit} ids after this one, in the order of their bytes. */
  public List<String> ids(String collection, String after, int limit) {
    PriorityQueue<Place> next =
        new PriorityQueue<>(BUCKETS, Comparator.comparing(Place::id, Arrays::compareUnsigned));
    byte[] last = bytes(after);
    for (DigestBucket bucket : items(collection).buckets) {
      if (bucket != null) {
        int at = bucket.find(last);
        offer(next, bucket, at < 0 ? -at - 1 : at + 1);
      }
    }
    List<String> ids = new ArrayList<>(Math.min(limit, 1024));
    while (ids.size() < limit && !next.isEmpty()) {
      Place place = next.poll();
      ids.add(text(place.id()));
      offer(next, place.bucket, place.at + 1);
    }
    return ids;
  }

  private static void offer(PriorityQueue<Place> next, DigestBucket bucket, int at) {
    if (at < bucket.size()) {
      next.add(new Place(bucket, at));
    }
  }

  /** The documents of a bucket: their ids and hashes. */
  public SortedMap<String, byte[]> bucket(String collection, int bucket) {
    SortedMap<String, byte[]> found = new TreeMap<>();
    DigestBucket of = items(collection).buckets[bucket];
    for (int at = 0; of != null && at < of.size(); at++) {
      found.put(text(of.id(at)), of.hash(at));
    }
    return found;
  }

  /** The 256 bucket hashes of a collection, one after the other: 8192 bytes. */
  public byte[] bucketHashes(String collection) {
    ByteArrayOutputStream hashes = new ByteArrayOutputStream(BUCKETS * 32);
    for (DigestBucket bucket : items(collection).buckets) {
      hashes.writeBytes(bucket == null ? new byte[32] : bucket.hash());
    }
    return hashes.toByteArray();
  }

  /** The 256 bucket hashes of a collection in hex. */
  public List<String> buckets(String collection) {
    byte[] hashes = bucketHashes(collection);
    List<String> hex = new ArrayList<>(BUCKETS);
    for (int at = 0; at < hashes.length; at += 32) {
      hex.add(HexFormat.of().formatHex(hashes, at, at + 32));
    }
    return hex;
  }

  /** The root of a collection. */
  public String root(String collection) {
    return root(bucketHashes(collection));
  }

  /** The root of a collection with these 256 bucket hashes, one after the other. */
  public static String root(byte[] bucketHashes) {
    return Checksums.root(bucketHashes);
  }

  /** The root of the entity. */
  public String global() {
    return Checksums.global(roots());
  }

  /** The roots of the four collections by name. */
  public Map<String, String> roots() {
    Map<String, String> roots = new HashMap<>();
    Checksums.COLLECTIONS.forEach(name -> roots.put(name, root(name)));
    return roots;
  }

  private Items items(String collection) {
    Items items = collections.get(collection);
    if (items == null) {
      throw new IllegalArgumentException("No such collection: " + collection);
    }
    return items;
  }

  private static byte[] bytes(String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] id) {
    return new String(id, StandardCharsets.UTF_8);
  }
}
