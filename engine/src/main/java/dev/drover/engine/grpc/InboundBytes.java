package dev.drover.engine.grpc;

import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Counts the bytes of one call's request while they arrive, so that an unfinished message is part
 * of the process's budget. The library reads none before the call was taken, beyond the window of
 * its connection.
 */
final class InboundBytes extends ServerStreamTracer {
  /** A message is in memory as bytes, as a message and as JSON while it is handled. */
  private static final int COPIES = 8;

  private static final Context.Key<InboundBytes> OF_CALL = Context.key("drover-inbound");

  /** Counts each call of a port. */
  static final Factory FACTORY =
      new Factory() {
        @Override
        public ServerStreamTracer newServerStreamTracer(String method, Metadata metadata) {
          return new InboundBytes();
        }
      };

  private ByteBudget.Part memory;
  private Consumer<ProtocolException> refuse;
  private long most;
  private long bytes;
  private boolean over;

  /** While a call is taken: its count. */
  static InboundBytes ofThisCall() {
    return OF_CALL.get();
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(OF_CALL, this);
  }

  /** Begins to count: {@code refuse} is told once when there are too many. */
  synchronized void begin(ByteBudget budget, long limit, Consumer<ProtocolException> refusal) {
    memory = budget.part();
    most = limit;
    refuse = refusal;
    if (over) {
      memory.close();
    }
  }

  @Override
  public void inboundWireSize(long more) {
    ProtocolException refusal = count(more);
    if (refusal != null) {
      refuse.accept(refusal);
    }
  }

  private synchronized ProtocolException count(long more) {
    if (memory == null || over) {
      return null;
    }
    bytes += more;
    if (bytes > most) {
      over = true;
      return new ProtocolException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "The request is larger than this call takes",
          Map.of("max_bytes", most));
    }
    if (!memory.tryTake(more)) {
      over = true;
      return ByteBudget.busy();
    }
    return null;
  }

  /**
   * Takes what handling the request needs beyond its bytes.
   *
   * @throws ProtocolException SERVICE_BUSY when there is not so much
   */
  synchronized void handled() {
    if (memory != null && !memory.tryTake(bytes * (COPIES - 1))) {
      throw ByteBudget.busy();
    }
  }

  /** The request has been handled: only a stream keeps it. */
  synchronized void done() {
    if (memory != null) {
      memory.give(bytes * (COPIES - 1));
    }
  }

  @Override
  public synchronized void streamClosed(io.grpc.Status status) {
    over = true;
    if (memory != null) {
      memory.close();
    }
  }
}
