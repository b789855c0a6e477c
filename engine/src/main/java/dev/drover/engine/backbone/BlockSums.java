package dev.drover.engine.backbone;

import dev.drover.engine.disk.Directories;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A checksum of each block of a file, in a file beside it. MVStore has none of what it stores: bits
 * that the disk has turned come out as other data, or as an error of whoever reads them.
 *
 * <p>It has no syncs of its own but at {@link #force}: a block and its checksum are two writes, and
 * a kill or a power cut between them leaves one without the other. The journal of the file has all
 * blocks since both were on disk, and their checksums are made again when it is carried out. An
 * entry that is damaged itself says nothing about its block.
 */
final class BlockSums implements AutoCloseable {
  /** Bytes of a block; MVStore writes whole ones. */
  static final int BLOCK = 4096;

  private static final int READ = 256 * BLOCK;
  private static final long MAGIC = 0x64726f7665722d31L;
  private static final int HEAD = 4 * Long.BYTES;
  private static final int ENTRY = 2 * Integer.BYTES;

  private final FileChannel sums;
  private final BitSet known = new BitSet();
  private int[] values = new int[0];
  private RedoJournal.Mark journal;

  /** Opens or makes the file of checksums. */
  BlockSums(Path path) throws IOException {
    this(
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    Directories.syncNameOf(path);
  }

  /** Those in an open file. */
  BlockSums(FileChannel sums) {
    this.sums = sums;
  }

  /** Reads it; nobody else may have the file, or what is read is old at once. */
  void load() throws IOException {
    journal = mark(sums).orElse(null);
    ByteBuffer all = buffer(sums, 0, Math.toIntExact(sums.size()));
    if (all.remaining() < HEAD) {
      return;
    }
    all.position(HEAD);
    for (int block = 0; all.remaining() >= ENTRY; block++) {
      int value = all.getInt();
      if (all.getInt() == check(value, block)) {
        set(block, value);
      }
    }
  }

  private static Optional<RedoJournal.Mark> mark(FileChannel sums) throws IOException {
    ByteBuffer head = buffer(sums, 0, HEAD);
    if (head.remaining() < HEAD) {
      return Optional.empty();
    }
    long magic = head.getLong();
    RedoJournal.Mark mark = new RedoJournal.Mark(head.getLong(), head.getLong());
    return magic == MAGIC && head.getLong() == check(mark) ? Optional.of(mark) : Optional.empty();
  }

  /** Bytes of a file, as many as there are. */
  private static byte[] read(FileChannel file, long from, int length) throws IOException {
    ByteBuffer bytes = buffer(file, from, length);
    return Arrays.copyOf(bytes.array(), bytes.limit());
  }

  private static int check(int value, int block) {
    // each bit of the sum counts in many of this: two that turn do not make up for each other
    int mixed = (value ^ Integer.rotateLeft(block, 7)) * 0x85ebca6b;
    return ~((mixed ^ mixed >>> 13) * 0xc2b2ae35);
  }

  private static long check(RedoJournal.Mark mark) {
    long mixed = (mark.number() ^ Long.rotateLeft(mark.records(), 32)) * 0xff51afd7ed558ccdL;
    return ~((mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L);
  }

  static int blocks(long bytes) {
    return (int) ((bytes + BLOCK - 1) / BLOCK);
  }

  private void set(int block, int value) {
    if (block >= values.length) {
      values = Arrays.copyOf(values, Math.max(block + 1, values.length * 2));
    }
    values[block] = value;
    known.set(block);
  }

  /** What of the journal the file has; empty when that is not known. */
  Optional<RedoJournal.Mark> journal() {
    return Optional.ofNullable(journal);
  }

  /** Notes what of the journal the file has. */
  void journal(RedoJournal.Mark mark) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEAD).putLong(MAGIC);
    head.putLong(mark.number()).putLong(mark.records()).putLong(check(mark));
    write(sums, head.flip(), 0);
    journal = mark;
  }

  /** One without a checksum is taken as it is. */
  private boolean fits(int block, byte[] bytes, int from, int length) {
    return !known.get(block) || values[block] == sum(block, bytes, from, length);
  }

  static int sum(int block, byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(block);
    crc.update(block >>> 8);
    crc.update(block >>> 16);
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** Takes these bytes of the file as they should be. */
  void learn(FileChannel file, long from, long to) throws IOException {
    int first = (int) (from / BLOCK);
    long end = Math.min((to + BLOCK - 1) / BLOCK * BLOCK, file.size());
    if (end <= (long) first * BLOCK) {
      return;
    }
    byte[] bytes = read(file, (long) first * BLOCK, (int) (end - (long) first * BLOCK));
    ByteBuffer entries = ByteBuffer.allocate((bytes.length + BLOCK - 1) / BLOCK * ENTRY);
    for (int at = 0; at < bytes.length; at += BLOCK) {
      int block = first + at / BLOCK;
      set(block, sum(block, bytes, at, Math.min(BLOCK, bytes.length - at)));
      entries.putInt(values[block]).putInt(check(values[block], block));
    }
    write(sums, entries.flip(), HEAD + (long) first * ENTRY);
  }

  /** Forgets this block and all behind it. */
  void forgetFrom(int block) throws IOException {
    known.clear(block, Math.max(block, known.length()));
    sums.truncate(HEAD + (long) block * ENTRY);
  }

  /**
   * Learns each block between two places that has no checksum. One that has may not be what was
   * written, so that is kept.
   *
   * @return how many there were
   */
  int learnUnknown(FileChannel file, long from, long to) throws IOException {
    int blocks = blocks(to);
    int learned = 0;
    int block = known.nextClearBit((int) (from / BLOCK));
    while (block < blocks) {
      int next = known.nextSetBit(block);
      int end = Math.min(Math.min(next < 0 ? blocks : next, blocks), block + READ / BLOCK);
      learn(file, (long) block * BLOCK, (long) end * BLOCK);
      learned += end - block;
      block = known.nextClearBit(end);
    }
    return learned;
  }

  /**
   * Reads the whole file.
   *
   * @throws DamagedBlockException when a block is not as it was written, or not there
   */
  void check(FileChannel file) throws IOException {
    int first = wrong(file).nextSetBit(0);
    if (first >= 0) {
      throw new DamagedBlockException(first);
    }
  }

  /** Reads the whole file: each block that is not as it was written, or not there. */
  BitSet wrong(FileChannel file) throws IOException {
    BitSet wrong = new BitSet();
    for (long at = 0; at < file.size(); at += READ) {
      byte[] bytes = read(file, at, (int) Math.min(READ, file.size() - at));
      for (int from = 0; from < bytes.length; from += BLOCK) {
        int block = (int) (at / BLOCK) + from / BLOCK;
        wrong.set(block, !fits(block, bytes, from, Math.min(BLOCK, bytes.length - from)));
      }
    }
    BitSet missing = (BitSet) known.clone();
    missing.clear(0, blocks(file.size()));
    wrong.or(missing);
    return wrong;
  }

  /**
   * Looks at blocks that follow each other.
   *
   * @throws DamagedBlockException when one is not as it was written
   */
  void check(int first, byte[] bytes, int length) throws DamagedBlockException {
    for (int at = 0; at < length; at += BLOCK) {
      int block = first + at / BLOCK;
      if (!fits(block, bytes, at, Math.min(BLOCK, length - at))) {
        throw new DamagedBlockException(block);
      }
    }
  }

  /** It is on disk when this returns, with its length. */
  void force() throws IOException {
    sums.force(true);
  }

  private static ByteBuffer buffer(FileChannel from, long at, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining() && from.read(bytes, at + bytes.position()) >= 0) {
      // until it is full
    }
    return bytes.flip();
  }

  private static void write(FileChannel to, ByteBuffer bytes, long at) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes, at + bytes.position());
    }
  }

  @Override
  public void close() throws IOException {
    sums.close();
  }
}
