package dev.drover.engine.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.function.LongConsumer;
import java.util.zip.GZIPOutputStream;

/**
 * A body that is made while it is sent: each read asks for as many pieces as it needs, so that a
 * slow reader holds neither the whole body nor a thread.
 */
public final class BodyStream extends InputStream {
  private static final int GZIP_BUFFER = 8192;

  private static final class Buffer extends ByteArrayOutputStream {
    private static final int KEPT = 64 * 1024;

    private int taken;

    int capacity() {
      return buf.length;
    }

    int available() {
      return count - taken;
    }

    int take(byte[] target, int offset, int length) {
      int taking = Math.min(length, available());
      System.arraycopy(buf, taken, target, offset, taking);
      taken += taking;
      return taking;
    }

    /** Makes room: what was taken is forgotten, and a large array with it. */
    void compact() {
      byte[] to = buf.length > KEPT && available() <= KEPT ? new byte[KEPT] : buf;
      System.arraycopy(buf, taken, to, 0, available());
      buf = to;
      count -= taken;
      taken = 0;
    }
  }

  private final Iterator<byte[]> pieces;
  private final LongConsumer onEnd;
  private final Buffer buffer = new Buffer();
  private final OutputStream encoder;
  private long bytes;
  private boolean ended;

  /**
   * A body of these pieces.
   *
   * @param gzip whether it is compressed
   * @param onEnd told once how many bytes were sent, when all were
   */
  public BodyStream(Iterator<byte[]> pieces, boolean gzip, LongConsumer onEnd) {
    this.pieces = pieces;
    this.onEnd = onEnd;
    try {
      this.encoder = gzip ? new GZIPOutputStream(buffer, GZIP_BUFFER) : buffer;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Whether a caller takes gzip, by its {@code Accept-Encoding}. */
  public static boolean takesGzip(String acceptEncoding) {
    if (acceptEncoding == null) {
      return false;
    }
    for (String coding : acceptEncoding.split(",")) {
      String[] parts = coding.trim().split("\\s*;\\s*");
      boolean refused = parts.length > 1 && parts[1].matches("q=0(\\.0*)?");
      if (parts[0].equalsIgnoreCase("gzip") && !refused) {
        return true;
      }
    }
    return false;
  }

  /** The bytes that it has in memory between two reads. */
  public long held() {
    return buffer.capacity();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (buffer.available() < length && !ended) {
      buffer.compact();
      if (pieces.hasNext()) {
        encoder.write(pieces.next());
      } else {
        encoder.close();
        ended = true;
      }
    }
    int taken = buffer.take(target, offset, length);
    bytes += taken;
    if (taken == 0) {
      return -1;
    }
    if (ended && buffer.available() == 0) {
      onEnd.accept(bytes);
    }
    return taken;
  }

  /** Gives up the pieces when they hold something open; also when not all of them were read. */
  @Override
  public void close() throws IOException {
    ended = true;
    if (pieces instanceof AutoCloseable open) {
      try {
        open.close();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}
