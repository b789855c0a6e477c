package dev.drover.engine.checksum;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The items of one bucket: ids in byte order and their hashes, in flat arrays, because a mall has
 * hundreds of thousands of them and most are never touched again.
 */
final class DigestBucket {
  private static final int HASH = 32;

  private byte[][] ids;
  private byte[] hashes;
  private int size;
  private byte[] hash;

  DigestBucket() {
    ids = new byte[4][];
    hashes = new byte[4 * HASH];
  }

  DigestBucket(DigestBucket other) {
    ids = Arrays.copyOf(other.ids, other.ids.length);
    hashes = Arrays.copyOf(other.hashes, other.hashes.length);
    size = other.size;
    hash = other.hash;
  }

  int size() {
    return size;
  }

  byte[] id(int at) {
    return ids[at];
  }

  byte[] hash(int at) {
    return Arrays.copyOfRange(hashes, at * HASH, (at + 1) * HASH);
  }

  /** Where an id stands, or would stand: {@code -(place) - 1}. */
  int find(byte[] id) {
    return Arrays.binarySearch(ids, 0, size, id, Arrays::compareUnsigned);
  }

  void put(byte[] id, byte[] itemHash) {
    int at = find(id);
    if (at < 0) {
      at = -at - 1;
      insert(at, id);
    }
    System.arraycopy(itemHash, 0, hashes, at * HASH, HASH);
    hash = null;
  }

  private void insert(int at, byte[] id) {
    if (size == ids.length) {
      int capacity = size + size / 4 + 4;
      ids = Arrays.copyOf(ids, capacity);
      hashes = Arrays.copyOf(hashes, capacity * HASH);
    }
    System.arraycopy(ids, at, ids, at + 1, size - at);
    System.arraycopy(hashes, at * HASH, hashes, (at + 1) * HASH, (size - at) * HASH);
    ids[at] = id;
    size++;
  }

  void remove(byte[] id) {
    int at = find(id);
    if (at < 0) {
      return;
    }
    size--;
    System.arraycopy(ids, at + 1, ids, at, size - at);
    System.arraycopy(hashes, (at + 1) * HASH, hashes, at * HASH, (size - at) * HASH);
    ids[size] = null;
    hash = null;
  }

  /** The bucket's hash over its items; 32 zero bytes when there are none. */
  byte[] hash() {
    if (hash == null) {
      hash = size == 0 ? new byte[HASH] : digest();
    }
    return hash;
  }

  private byte[] digest() {
    MessageDigest digest = Checksums.sha256();
    for (int at = 0; at < size; at++) {
      digest.update(ids[at]);
      digest.update((byte) 0);
      digest.update(hashes, at * HASH, HASH);
    }
    return digest.digest();
  }
}
