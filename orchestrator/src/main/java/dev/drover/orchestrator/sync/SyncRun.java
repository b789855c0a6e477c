package dev.drover.orchestrator.sync;

import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.orchestrator.central.CentralAnswerException;
import dev.drover.orchestrator.central.CentralCalls;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.apache.camel.Exchange;

/** What one sync took and moved; it travels with the exchange. */
public final class SyncRun {
  /** Exchange property: the records of the sync by collection, for the log line. */
  static final String COUNTS = "DroverSyncCounts";

  private static final String RUN = "DroverSyncRun";
  private static final int GZIP_BEGINS = 0x1f;

  private final String kind;
  private final long begun = System.nanoTime();
  private final Map<String, Long> counts = new LinkedHashMap<>();
  private long bytes;

  private SyncRun(String kind) {
    this.kind = kind;
    Checksums.COLLECTIONS.forEach(name -> counts.put(name, 0L));
  }

  /** Begins a sync of a kind: full, delta, verify or repair. */
  public static SyncRun begin(Exchange exchange, String kind) {
    SyncRun run = new SyncRun(kind);
    exchange.setProperty(RUN + kind, run);
    return run;
  }

  /** The sync of this kind that the exchange carries out. */
  public static SyncRun of(Exchange exchange, String kind) {
    return exchange.getProperty(RUN + kind, SyncRun.class);
  }

  String kind() {
    return kind;
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /** Bytes of central's answers as they came over the wire. */
  long bytes() {
    return bytes;
  }

  long records() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  public void moved(String collection) {
    counts.merge(collection, 1L, Long::sum);
  }

  /** Puts the counts where the log line finds them. */
  public void tell(Exchange exchange) {
    exchange.setProperty(ProtocolLog.RECORDS, records());
    exchange.setProperty(
        COUNTS,
        counts.entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", ")));
  }

  /** Counts an answer that was read as a whole. */
  void read(Exchange exchange) {
    bytes += exchange.getProperty(CentralCalls.WIRE_BYTES, 0, Integer.class);
  }

  /**
   * Central's answer, unpacked when it is packed; its bytes are counted while it is read.
   *
   * @param maxItem the most bytes of one document
   */
  public ItemBytes open(Exchange exchange, long maxItem) {
    try {
      BufferedInputStream in =
          new BufferedInputStream(new Counted(exchange.getMessage().getBody(InputStream.class)));
      in.mark(1);
      boolean packed = in.read() == GZIP_BEGINS;
      in.reset();
      return new ItemBytes(packed ? new GZIPInputStream(in, 1 << 14) : in, maxItem);
    } catch (IOException e) {
      throw new CentralAnswerException("central's answer cannot be read: " + e.getMessage(), e);
    }
  }

  private final class Counted extends FilterInputStream {
    Counted(InputStream in) {
      super(in == null ? InputStream.nullInputStream() : in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      bytes += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      bytes += Math.max(0, read);
      return read;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
