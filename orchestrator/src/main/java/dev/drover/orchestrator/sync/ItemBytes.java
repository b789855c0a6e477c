package dev.drover.orchestrator.sync;

import dev.drover.orchestrator.central.CentralAnswerException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * An answer that is read document by document: no document, and nothing between two of them, has
 * more bytes than allowed, however long the whole is.
 */
public final class ItemBytes extends FilterInputStream {
  /** A reader takes so much in advance. */
  private static final long AHEAD = 64 * 1024;

  private final long most;
  private long read;

  ItemBytes(InputStream in, long most) {
    super(in);
    this.most = most;
  }

  /** A document is read; the next one begins. */
  void next() {
    read = 0;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = super.read(buffer, offset, length);
    read += Math.max(0, count);
    if (read > most + AHEAD) {
      throw new CentralAnswerException(
          "central's answer has a document of more than " + most + " bytes");
    }
    return count;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
