package dev.drover.central.entity;

import dev.drover.engine.checksum.Checksums;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bson.Document;
import org.bson.types.Binary;

/**
 * The checksums of an entity as they stand after one change: 256 bucket hashes per collection, from
 * which its root and the entity's follow ({@link Checksums}). Never changed once it is made.
 */
public final class Roots {
  private static final int HASH = 32;
  private static final int ENTRY = HASH + Integer.BYTES;

  private final long seq;

  /** Per collection, for each bucket: its hash and how many documents it holds. */
  private final Map<String, byte[]> entries;

  private Roots(long seq, Map<String, byte[]> entries) {
    this.seq = seq;
    this.entries = entries;
  }

  /** Of an entity without documents. */
  static Roots empty() {
    Map<String, byte[]> entries = new HashMap<>();
    Checksums.COLLECTIONS.forEach(name -> entries.put(name, new byte[Checksums.BUCKETS * ENTRY]));
    return new Roots(0, entries);
  }

  static Roots of(Document stored) {
    Map<String, byte[]> entries = new HashMap<>();
    Checksums.COLLECTIONS.forEach(
        name -> entries.put(name, stored.get(name, Binary.class).getData()));
    return new Roots(stored.getLong("seq"), entries);
  }

  Document toDocument(String entityId) {
    Document document = new Document("_id", entityId).append("seq", seq);
    entries.forEach((name, bytes) -> document.append(name, new Binary(bytes)));
    return document;
  }

  /** The change after which the entity has these checksums. */
  public long seq() {
    return seq;
  }

  /** The root of a collection. */
  public String root(String collection) {
    byte[] all = entries.get(collection);
    ByteBuffer hashes = ByteBuffer.allocate(Checksums.BUCKETS * HASH);
    for (int bucket = 0; bucket < Checksums.BUCKETS; bucket++) {
      hashes.put(all, bucket * ENTRY, HASH);
    }
    return Checksums.root(hashes.array());
  }

  /** The root of the entity. */
  public String global() {
    Map<String, String> roots = new HashMap<>();
    Checksums.COLLECTIONS.forEach(name -> roots.put(name, root(name)));
    return Checksums.global(roots);
  }

  /** How many documents a collection holds. */
  public int count(String collection) {
    ByteBuffer all = ByteBuffer.wrap(entries.get(collection));
    return IntStream.range(0, Checksums.BUCKETS)
        .map(bucket -> all.getInt(bucket * ENTRY + HASH))
        .sum();
  }

  /** The bucket hashes of a collection in hex, in order. */
  public List<String> buckets(String collection) {
    byte[] all = entries.get(collection);
    return IntStream.range(0, Checksums.BUCKETS)
        .map(bucket -> bucket * ENTRY)
        .mapToObj(at -> HexFormat.of().formatHex(all, at, at + HASH))
        .toList();
  }

  /** These checksums with some buckets replaced, as they stand after another change. */
  Roots with(long newSeq, Iterable<Bucket> changed) {
    Map<String, byte[]> copies = new HashMap<>();
    entries.forEach((name, bytes) -> copies.put(name, Arrays.copyOf(bytes, bytes.length)));
    for (Bucket bucket : changed) {
      ByteBuffer.wrap(copies.get(bucket.collection()))
          .position(bucket.number() * ENTRY)
          .put(bucket.hash())
          .putInt(bucket.size());
    }
    return new Roots(newSeq, copies);
  }
}
