package dev.drover.engine.grpc;

import com.google.protobuf.DynamicMessage;
import dev.drover.engine.events.EventEncoding;
import dev.drover.engine.events.EventSink;
import dev.drover.engine.events.Outbox;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/** One gRPC event stream. The library queues what is written; how much, is asked of it. */
final class GrpcSink implements EventSink {
  private static final int POLITE_LIMIT = 16 * 1024;
  private static final int MOST = 1 << 30;
  private static final Metadata.Key<String> CURSOR = MetadataPolicy.key("last-event-id");

  private final GrpcCall call;
  private final ServerCall<DynamicMessage, byte[]> wire;
  private final EventEncoding encoding;
  private final Outbox outbox;
  private final Metadata head;
  private boolean begun;
  private boolean over;

  /**
   * A stream on a call.
   *
   * @param head the metadata before the first event
   */
  GrpcSink(GrpcCall call, EventEncoding encoding, Outbox outbox, Metadata head) {
    this.call = call;
    this.wire = call.wire();
    this.encoding = encoding;
    this.outbox = outbox;
    this.head = head;
  }

  @Override
  public EventEncoding encoding() {
    return encoding;
  }

  @Override
  public Outbox outbox() {
    return outbox;
  }

  @Override
  public void write(Object frame) {
    if (over || wire.isCancelled()) {
      return;
    }
    if (frame instanceof GrpcEncoding.Opening opening) {
      if (opening.cursor() != null) {
        head.put(CURSOR, opening.cursor());
      }
      begin();
    } else {
      begin();
      wire.sendMessage((byte[]) frame);
    }
  }

  private void begin() {
    if (!begun) {
      begun = true;
      wire.sendHeaders(head);
    }
  }

  @Override
  public void flush() {
    // each message of a stream is flushed when it is sent
  }

  /** An upper bound: the library only answers whether less than so many bytes wait. */
  @Override
  public long pendingBytes() {
    if (over || wire.isCancelled()) {
      return 0;
    }
    for (int bound = POLITE_LIMIT; bound < MOST; bound *= 2) {
      wire.setOnReadyThreshold(bound);
      if (wire.isReady()) {
        return bound == POLITE_LIMIT ? 0 : bound;
      }
    }
    return MOST;
  }

  /** Tells a reader that keeps up to come back (UNAVAILABLE); resets one that does not. */
  @Override
  public void abort() {
    cut(Status.UNAVAILABLE.withDescription("the stream was cut; call again with last_event_id"));
  }

  @Override
  public void endUnauthorised(String reason) {
    cut(Status.UNAUTHENTICATED.withDescription(reason));
  }

  private void cut(Status status) {
    if (pendingBytes() > POLITE_LIMIT) {
      over = true;
      call.reset();
    } else {
      close(status);
    }
  }

  @Override
  public void end() {
    close(Status.OK);
  }

  private void close(Status status) {
    if (!over) {
      over = true;
      wire.close(status, new Metadata());
    }
  }
}
