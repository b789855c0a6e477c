package dev.drover.central.entity;

import dev.drover.engine.checksum.Checksums;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.bson.Document;
import org.bson.types.Binary;

/** One of the 256 buckets of a collection as it is stored: the hash of each of its documents. */
final class Bucket {
  private static final int HASH = 32;

  private final String entityId;
  private final String collection;
  private final int number;
  private final long seq;
  private final TreeMap<byte[], byte[]> hashes = new TreeMap<>(Arrays::compareUnsigned);

  private Bucket(String entityId, String collection, int number, long seq) {
    this.entityId = entityId;
    this.collection = collection;
    this.number = number;
    this.seq = seq;
  }

  /** The bucket of a document, empty, as it stands before the first change. */
  static Bucket of(ItemRef item) {
    return new Bucket(item.entityId(), item.collection(), Checksums.bucketOf(item.id()), 0);
  }

  static Bucket of(Document stored) {
    String[] names = stored.getString("_id").split("/", 3);
    Bucket bucket =
        new Bucket(names[0], names[1], Integer.parseInt(names[2], 16), stored.getLong("seq"));
    ByteBuffer bytes = ByteBuffer.wrap(stored.get("hashes", Binary.class).getData());
    while (bytes.hasRemaining()) {
      byte[] id = new byte[bytes.getShort() & 0xffff];
      byte[] hash = new byte[HASH];
      bytes.get(id).get(hash);
      bucket.hashes.put(id, hash);
    }
    return bucket;
  }

  static String key(String entityId, String collection, int number) {
    return String.format(Locale.ROOT, "%s/%s/%02x", entityId, collection, number);
  }

  String key() {
    return key(entityId, collection, number);
  }

  String collection() {
    return collection;
  }

  int number() {
    return number;
  }

  /** The change of the entity up to which this bucket is complete. */
  long seq() {
    return seq;
  }

  byte[] hash() {
    return Checksums.bucket(hashes);
  }

  int size() {
    return hashes.size();
  }

  List<String> ids() {
    return hashes.keySet().stream().map(id -> new String(id, StandardCharsets.UTF_8)).toList();
  }

  /** Sets the hash of a document, or forgets the document when the hash is null. */
  void set(String id, byte[] hash) {
    byte[] name = id.getBytes(StandardCharsets.UTF_8);
    if (hash == null) {
      hashes.remove(name);
    } else {
      hashes.put(name, hash);
    }
  }

  /** This bucket, complete up to a later change. */
  Bucket at(long newSeq) {
    Bucket later = new Bucket(entityId, collection, number, newSeq);
    later.hashes.putAll(hashes);
    return later;
  }

  Document toDocument() {
    int length = hashes.keySet().stream().mapToInt(id -> 2 + id.length + HASH).sum();
    ByteBuffer bytes = ByteBuffer.allocate(length);
    hashes.forEach((id, hash) -> bytes.putShort((short) id.length).put(id).put(hash));
    return new Document("_id", key())
        .append("seq", seq)
        .append("hashes", new Binary(bytes.array()));
  }
}
