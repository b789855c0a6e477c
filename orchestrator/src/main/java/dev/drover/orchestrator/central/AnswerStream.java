package dev.drover.orchestrator.central;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * An answer's bytes while they come: no more than allowed, and one kind of exception for whatever
 * breaks them off. Closed before its end it drops the connection, since nobody reads the rest.
 */
final class AnswerStream extends FilterInputStream {
  private final long most;
  private final Runnable drop;
  private final Runnable ended;
  private long read;
  private boolean over;

  /**
   * Bytes of an answer.
   *
   * @param most how many there may be
   * @param drop ends the connection
   * @param ended hears of the end, whatever it is
   */
  AnswerStream(InputStream in, long most, Runnable drop, Runnable ended) {
    super(in);
    this.most = most;
    this.drop = drop;
    this.ended = ended;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    int count;
    try {
      count = super.read(buffer, offset, length);
    } catch (IOException e) {
      finish(true);
      throw new CentralAwayException("central's answer broke off: " + CentralHttp.reason(e), e);
    }
    if (count < 0) {
      finish(false);
      return count;
    }
    read += count;
    if (read > most) {
      finish(true);
      throw new CentralAnswerException("central's answer has more than " + most + " bytes");
    }
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    long left = count;
    byte[] buffer = new byte[4096];
    while (left > 0) {
      int skipped = read(buffer, 0, (int) Math.min(buffer.length, left));
      if (skipped < 0) {
        break;
      }
      left -= skipped;
    }
    return count - left;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void finish(boolean broken) {
    if (!over) {
      over = true;
      ended.run();
      if (broken) {
        drop.run();
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (!over) {
      finish(true);
    }
    super.close();
  }
}
