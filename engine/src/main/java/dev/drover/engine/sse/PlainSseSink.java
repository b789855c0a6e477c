package dev.drover.engine.sse;

import dev.drover.engine.events.EventEncoding;
import dev.drover.engine.events.EventSink;
import dev.drover.engine.events.Outbox;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/** An SSE stream through the response of Vert.x: for HTTP/2 and HTTP/1.0. */
final class PlainSseSink implements EventSink {
  private final Outbox outbox;
  private final HttpServerResponse response;
  private final Runnable cut;
  private long pending;

  /**
   * A stream on a response.
   *
   * @param cut ends the connection where the protocol has no reset of a single stream
   */
  PlainSseSink(Outbox outbox, HttpServerResponse response, Runnable cut) {
    this.outbox = outbox;
    this.response = response;
    this.cut = cut;
  }

  @Override
  public EventEncoding encoding() {
    return SseEncoding.PLAIN;
  }

  @Override
  public Outbox outbox() {
    return outbox;
  }

  @Override
  public void write(Object frame) {
    ByteBuf buffer = (ByteBuf) frame;
    byte[] payload = SseEncoding.PLAIN.payload(buffer);
    buffer.release();
    if (response.closed() || response.ended()) {
      return;
    }
    pending += payload.length;
    response.write(Buffer.buffer(payload)).onComplete(done -> pending -= payload.length);
  }

  @Override
  public void flush() {
    // Vert.x flushes what it writes
  }

  @Override
  public long pendingBytes() {
    return pending;
  }

  @Override
  public void abort() {
    if (!response.reset()) {
      cut.run();
    }
  }

  @Override
  public void end() {
    if (!response.closed() && !response.ended()) {
      response.end();
    }
  }
}
