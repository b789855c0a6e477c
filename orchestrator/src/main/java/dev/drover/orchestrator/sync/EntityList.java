package dev.drover.orchestrator.sync;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Iterator;

/**
 * The documents of a collection as a JSON array, made while it is read: one page of it is in
 * memory.
 */
final class EntityList extends InputStream {
  private final EntityPages pages;
  private byte[] bytes = "[".getBytes(StandardCharsets.UTF_8);
  private Iterator<String> page = Collections.emptyIterator();
  private int position;
  private boolean any;
  private boolean closed;

  EntityList(EntityPages pages) {
    this.pages = pages;
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
      if (page.hasNext()) {
        bytes = ((any ? "," : "") + page.next()).getBytes(StandardCharsets.UTF_8);
        any = true;
      } else if (pages.ended()) {
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
