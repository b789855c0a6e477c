package dev.drover.engine.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Replaces the content of a file of less than a sector where it lies. A full disk has room for
 * that: nothing is emptied first, and nothing new is needed.
 */
public final class Overwrite {
  private Overwrite() {}

  /** All of it is written, or this throws; what was longer is cut afterwards. */
  public static void with(FileChannel file, byte[] content) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    while (bytes.hasRemaining()) {
      file.write(bytes, bytes.position());
    }
    if (file.size() > content.length) {
      file.truncate(content.length);
    }
  }
}
