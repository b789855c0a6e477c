package dev.drover.engine.grpc;

import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Map;

/**
 * What one answer holds of the process's budget, from its making until the reader has it. An answer
 * is one message, so nothing else holds back a client that asks often and reads slowly.
 */
final class AnswerMemory implements AutoCloseable {
  /** An answer is in memory as its documents and as the message. */
  private static final int COPIES = 2;

  private final ByteBudget.Part part;
  private final long most;
  private long bytes;

  /** The memory of one answer, empty at first. */
  AnswerMemory(ByteBudget budget, long most) {
    this.part = budget.part();
    this.most = most;
  }

  /**
   * Takes a little more.
   *
   * @throws ProtocolException PAYLOAD_TOO_LARGE when this answer has too much, SERVICE_BUSY when
   *     everything under way together has
   */
  void take(int more) {
    bytes += more;
    if (bytes > most) {
      throw new ProtocolException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "The answer is larger than one message may be; ask for pages with limit and cursor,"
              + " here or with GET /api/orchestrators/sync/full",
          Map.of("max_bytes", most));
    }
    if (!part.tryTake((long) more * COPIES)) {
      throw ByteBudget.busy();
    }
  }

  @Override
  public void close() {
    part.close();
  }
}
