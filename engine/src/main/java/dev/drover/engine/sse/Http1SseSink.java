package dev.drover.engine.sse;

import dev.drover.engine.events.EventEncoding;
import dev.drover.engine.events.Outbox;
import dev.drover.engine.stream.ChannelSink;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/** An SSE stream over HTTP/1.1: the head and the first event through Vert.x, the rest below it. */
final class Http1SseSink extends ChannelSink {
  private final HttpServerResponse response;
  private boolean begun;

  Http1SseSink(Channel channel, Outbox outbox, HttpServerResponse response) {
    super(channel, outbox);
    this.response = response;
  }

  @Override
  public EventEncoding encoding() {
    return SseEncoding.CHUNKED;
  }

  @Override
  public void write(Object frame) {
    if (begun) {
      super.write(frame);
      return;
    }
    begun = true;
    ByteBuf buffer = (ByteBuf) frame;
    byte[] payload = SseEncoding.CHUNKED.payload(buffer);
    buffer.release();
    if (!response.closed()) {
      response.write(Buffer.buffer(payload));
      writeBelow(HttpResponseEncoder.class);
    }
  }

  @Override
  public void end() {
    if (!response.closed() && !response.ended()) {
      response.end();
    }
  }
}
