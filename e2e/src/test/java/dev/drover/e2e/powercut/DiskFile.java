package dev.drover.e2e.powercut;

import java.util.Arrays;
import java.util.Random;

/** A file, or a directory, of a disk that is made again. */
final class DiskFile {
  private static final int SECTOR = 512;

  final boolean directory;
  private byte[] content = new byte[0];
  private int length;

  DiskFile(boolean directory) {
    this.directory = directory;
  }

  int length() {
    return length;
  }

  byte[] content() {
    return Arrays.copyOf(content, length);
  }

  void resize(long to) {
    int wanted = Math.toIntExact(to);
    if (wanted > content.length) {
      content = Arrays.copyOf(content, Math.max(wanted, content.length * 2));
    }
    if (wanted < length) {
      Arrays.fill(content, wanted, length, (byte) 0);
    }
    length = wanted;
  }

  void write(long offset, byte[] data) {
    put(Math.toIntExact(offset), data, 0, data.length);
  }

  /** Some of the sectors of a write; one that is lost keeps what was there. */
  void tear(long offset, byte[] data, Random random) {
    int from = Math.toIntExact(offset);
    if (random.nextBoolean()) {
      extend(from + data.length);
    }
    int at = 0;
    while (at < data.length) {
      int end = Math.min(data.length, at + SECTOR - (from + at) % SECTOR);
      if (random.nextBoolean()) {
        put(from + at, data, at, end);
      }
      at = end;
    }
  }

  /** The file has its new length, and zeros where nothing was written. */
  void extend(long to) {
    resize(Math.max(length, to));
  }

  private void put(int offset, byte[] data, int from, int to) {
    extend(offset + to - from);
    System.arraycopy(data, from, content, offset, to - from);
  }
}
