package dev.drover.orchestrator.reads;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Iterator;

/**
 * Documents of a collection as a JSON array, made while it is read: one page of it is in memory.
 */
final class EntityList extends InputStream {
  private final EntityPages pages;
  private byte[] bytes = "[".getBytes(StandardCharsets.UTF_8);
  private Iterator<String> page = Collections.emptyIterator();
  private int position;
  private boolean any;
  private boolean closed;
  private long skip;
  private long left;

  /**
   * A list that is not read yet.
   *
   * @param skip how many documents come before it
   * @param most how many it has at the most
   */
  EntityList(EntityPages pages, long skip, long most) {
    this.pages = pages;
    this.skip = skip;
    this.left = most;
  }

  @Override
  public int read() {
    return fill() ? bytes[position++] & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, bytes.length - position);
    System.arraycopy(bytes, position, into, offset, count);
    position += count;
    return count;
  }

  /** Whether there is something to read. */
  private boolean fill() {
    while (position == bytes.length && !closed) {
      if (skip > 0 && page.hasNext()) {
        page.next();
        skip--;
        bytes = new byte[0];
      } else if (left > 0 && page.hasNext()) {
        left--;
        bytes = ((any ? "," : "") + page.next()).getBytes(StandardCharsets.UTF_8);
        any = true;
      } else if (left == 0 || pages.ended()) {
        bytes = "]".getBytes(StandardCharsets.UTF_8);
        closed = true;
      } else {
        page = pages.next().iterator();
        bytes = new byte[0];
      }
      position = 0;
    }
    return position < bytes.length;
  }
}
