package dev.drover.engine.limit;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory, in bytes, that everything under way between outside and disk may take together in one
 * process: request bodies, gRPC messages, MQTT packets, answers that nobody has read yet. There is
 * one per process, so that many small callers are bounded as well as one large one. Thread-safe;
 * never blocks.
 *
 * <p>A part is taken before the bytes are kept and given back when they are gone. What does not fit
 * is refused: 503 SERVICE_BUSY, RESOURCE_EXHAUSTED, or a refused packet.
 */
public final class ByteBudget {
  /** The part of the heap that a budget takes unless a setting says otherwise. */
  private static final int SHARE_OF_HEAP = 4;

  private static final int RETRY_AFTER_SECONDS = 1;

  private final long bytes;
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  /**
   * A budget of so many bytes.
   *
   * @throws IllegalArgumentException when it is not positive
   */
  public ByteBudget(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("a budget of " + bytes + " bytes lets nothing through");
    }
    this.bytes = bytes;
  }

  /** A quarter of the largest heap that this process may have. */
  public static ByteBudget ofHeap() {
    return new ByteBudget(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
  }

  /** A budget of so many bytes, or of a quarter of the heap when that is 0. */
  public static ByteBudget of(long bytes) {
    return bytes == 0 ? ofHeap() : new ByteBudget(bytes);
  }

  /** Its size in bytes. */
  public long bytes() {
    return bytes;
  }

  /** The bytes that are taken now. */
  public long used() {
    return used.get();
  }

  /** How often something did not fit. */
  public long refused() {
    return refused.get();
  }

  /** A part that holds nothing yet and grows by {@link Part#tryTake}. */
  public Part part() {
    return new Part();
  }

  /**
   * A part of this size.
   *
   * @throws ProtocolException SERVICE_BUSY when it does not fit
   */
  public Part take(long size) {
    Part part = new Part();
    if (!part.tryTake(size)) {
      throw busy();
    }
    return part;
  }

  /** The refusal of what does not fit. */
  public static ProtocolException busy() {
    return new ProtocolException(
        ErrorCode.SERVICE_BUSY,
        "The server's memory for requests is full (drover.limits.memory); try again later",
        Map.of("retry_after_seconds", RETRY_AFTER_SECONDS));
  }

  private boolean reserve(long size) {
    long now = used.get();
    while (now + size <= bytes) {
      if (used.compareAndSet(now, now + size)) {
        return true;
      }
      now = used.get();
    }
    refused.incrementAndGet();
    return false;
  }

  /** What one request, message or answer holds until it is closed. */
  public final class Part implements AutoCloseable {
    private long held;
    private boolean closed;

    private Part() {}

    /**
     * Takes so many bytes more.
     *
     * @return false, and nothing taken, when they do not fit or this part is closed
     */
    public synchronized boolean tryTake(long size) {
      if (closed || !reserve(size)) {
        return false;
      }
      held += size;
      return true;
    }

    /** Gives some bytes back, at most what it holds. */
    public synchronized void give(long size) {
      long giving = Math.min(size, held);
      held -= giving;
      used.addAndGet(-giving);
    }

    /** The bytes that it holds. */
    public synchronized long held() {
      return held;
    }

    /** Gives everything back; later calls do nothing. */
    @Override
    public synchronized void close() {
      closed = true;
      give(held);
    }
  }
}
