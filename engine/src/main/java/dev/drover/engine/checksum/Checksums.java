package dev.drover.engine.checksum;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.erdtman.jcs.JsonCanonicalizer;

/**
 * The checksum {@code sha256-jcs-256}: an item's hash is SHA-256 of its RFC 8785 canonical JSON;
 * its bucket is the first byte of SHA-256 of its id; a bucket hashes {@code id 0x00 hash} of its
 * items in byte order of their ids (an empty one is 32 zero bytes); a collection hashes its 256
 * buckets; {@code global} hashes the four lines {@code name:hex\n}. So one change costs one bucket,
 * and two sides find a difference without reading everything.
 */
public final class Checksums {
  /** The collections of an entity, in the order in which they enter {@code global}. */
  public static final List<String> COLLECTIONS =
      List.of("areas", "beacons", "merchants", "connections");

  /** The name of this definition on the wire. */
  public static final String ALGORITHM = "sha256-jcs-256";

  /** How many buckets a collection has. */
  public static final int BUCKETS = 256;

  private static final byte[] EMPTY = new byte[32];

  private Checksums() {}

  /** The hash of one item: 32 bytes. */
  public static byte[] item(String json) {
    try {
      return sha256().digest(new JsonCanonicalizer(json).getEncodedUTF8());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bucket of an item: 0 to 255. */
  public static int bucketOf(String id) {
    return sha256().digest(id.getBytes(StandardCharsets.UTF_8))[0] & 0xff;
  }

  /** The root of a collection over its bucket hashes, one after the other. */
  public static String root(byte[] bucketHashes) {
    return text(sha256().digest(bucketHashes));
  }

  /** The hash of a bucket over its items, sorted by the bytes of their ids. */
  public static byte[] bucket(SortedMap<byte[], byte[]> items) {
    if (items == null || items.isEmpty()) {
      return EMPTY;
    }
    MessageDigest digest = sha256();
    items.forEach(
        (id, hash) -> {
          digest.update(id);
          digest.update((byte) 0);
          digest.update(hash);
        });
    return digest.digest();
  }

  /** The root of an entity over the roots of its four collections. */
  public static String global(Map<String, String> rootsByCollection) {
    StringBuilder lines = new StringBuilder();
    for (String name : COLLECTIONS) {
      String hex = rootsByCollection.get(name).substring("sha256:".length());
      lines.append(name).append(':').append(hex).append('\n');
    }
    return text(sha256().digest(lines.toString().getBytes(StandardCharsets.UTF_8)));
  }

  static String text(byte[] hash) {
    return "sha256:" + HexFormat.of().formatHex(hash);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
