package dev.drover.engine.grpc;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the answers of all calls may take together, from their making until the reader
 * has them. An answer is one message, so nothing else holds back a client that asks often and reads
 * slowly.
 */
final class AnswerBudget {
  private final AtomicLong free;

  AnswerBudget(long bytes) {
    this.free = new AtomicLong(bytes);
  }

  /** What no answer holds. */
  long free() {
    return free.get();
  }

  /** The part of one answer, empty at first. */
  Share share(int most) {
    return new Share(most);
  }

  /** What one answer holds until it is closed. */
  final class Share implements AutoCloseable {
    private final int most;
    private long taken;
    private boolean closed;

    private Share(int most) {
      this.most = most;
    }

    /**
     * Takes a little more.
     *
     * @throws ProtocolException PAYLOAD_TOO_LARGE when this answer has too much,
     *     RATE_LIMIT_EXCEEDED when all together have
     */
    synchronized void take(int bytes) {
      if (taken + bytes > most) {
        throw new ProtocolException(
            ErrorCode.PAYLOAD_TOO_LARGE,
            "The answer is larger than one message may be; ask for pages with limit and cursor,"
                + " here or with GET /api/orchestrators/sync/full",
            Map.of("max_bytes", most));
      }
      boolean enough = !closed && free.addAndGet(-bytes) >= 0;
      taken += closed ? 0 : bytes;
      if (!enough) {
        throw new ProtocolException(
            ErrorCode.RATE_LIMIT_EXCEEDED,
            "Too many large answers are on their way",
            Map.of("retry_after_seconds", 1));
      }
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        free.addAndGet(taken);
      }
    }
  }
}
