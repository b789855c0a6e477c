package dev.drover.engine.backbone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.h2.store.fs.FileBase;

/**
 * A file of which only what is changed is in memory: what is written to it is read from it, and the
 * file below stays as it is.
 */
final class Overlay extends FileBase {
  private static final int PART = 4096;

  private final FileChannel below;
  private final Map<Long, byte[]> changed = new HashMap<>();
  private long size;

  /** How much of the file below is still seen; a truncation hides the rest for good. */
  private long seen;

  private long position;

  /**
   * Nothing is changed yet.
   *
   * @param below may be null, for a file that is not there
   */
  Overlay(FileChannel below) throws IOException {
    this.below = below;
    this.size = below == null ? 0 : below.size();
    this.seen = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public FileChannel position(long to) {
    position = to;
    return this;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int read = read(into, position);
    position += Math.max(read, 0);
    return read;
  }

  @Override
  public int read(ByteBuffer into, long from) throws IOException {
    if (from >= size) {
      return -1;
    }
    int length = (int) Math.min(into.remaining(), size - from);
    for (long at = from; at < from + length; ) {
      int begin = (int) (at % PART);
      int count = (int) Math.min(PART - begin, from + length - at);
      byte[] part = changed.get(at / PART);
      into.put(part == null ? below(at / PART) : part, begin, count);
      at += count;
    }
    return length;
  }

  private byte[] below(long part) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(PART);
    long from = part * PART;
    bytes.limit((int) Math.max(0, Math.min(PART, seen - from)));
    while (bytes.hasRemaining() && below.read(bytes, from + bytes.position()) >= 0) {
      // until it is full
    }
    return bytes.array();
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int written = write(from, position);
    position += written;
    return written;
  }

  @Override
  public int write(ByteBuffer from, long to) throws IOException {
    int length = from.remaining();
    for (long at = to; at < to + length; ) {
      int begin = (int) (at % PART);
      int count = (int) Math.min(PART - begin, to + length - at);
      from.get(part(at / PART), begin, count);
      at += count;
    }
    size = Math.max(size, to + length);
    return length;
  }

  private byte[] part(long number) throws IOException {
    byte[] part = changed.get(number);
    if (part == null) {
      part = below(number);
      changed.put(number, part);
    }
    return part;
  }

  @Override
  public FileChannel truncate(long to) throws IOException {
    if (to < size) {
      seen = Math.min(seen, to);
      changed.keySet().removeIf(part -> part * PART >= to);
      byte[] last = changed.get(to / PART);
      if (last != null) {
        Arrays.fill(last, (int) (to % PART), PART, (byte) 0);
      }
      size = to;
    }
    return this;
  }

  @Override
  public void force(boolean all) {
    // nothing of it is to last
  }

  @Override
  protected void implCloseChannel() throws IOException {
    if (below != null) {
      below.close();
    }
  }
}
