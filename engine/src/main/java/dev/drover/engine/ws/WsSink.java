package dev.drover.engine.ws;

import dev.drover.engine.events.EventEncoding;
import dev.drover.engine.events.Outbox;
import dev.drover.engine.sse.ChannelSink;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayDeque;
import java.util.Deque;

/** A WebSocket stream; what comes before the upgrade is done waits for it. */
final class WsSink extends ChannelSink {
  private static final short SERVICE_RESTART = 1012;
  private static final short INVALID_PAYLOAD = 1007;
  private static final short MESSAGE_TOO_BIG = 1009;
  private static final short POLICY_VIOLATION = 1008;
  private static final int POLITE_LIMIT = 64 * 1024;

  private final Deque<ByteBuf> early = new ArrayDeque<>();
  private long earlyBytes;
  private ServerWebSocket socket;
  private boolean over;
  private short endCode;
  private String endReason;

  WsSink(Channel channel, Outbox outbox) {
    super(channel, outbox);
  }

  @Override
  public EventEncoding encoding() {
    return WsEncoding.TEXT;
  }

  /** On the event loop: the upgrade is done. */
  void begin(ServerWebSocket upgraded) {
    socket = upgraded;
    writeBelow(WebSocketFrameEncoder.class);
    early.forEach(super::write);
    early.clear();
    earlyBytes = 0;
    flush();
    if (over) {
      close(endCode, endReason);
    }
  }

  /** On the event loop: there will be no upgrade. */
  void discard() {
    over = true;
    early.forEach(ByteBuf::release);
    early.clear();
  }

  @Override
  public void write(Object frame) {
    ByteBuf buffer = (ByteBuf) frame;
    if (socket != null) {
      super.write(frame);
    } else if (over) {
      buffer.release();
    } else {
      early.add(buffer);
      earlyBytes += buffer.readableBytes();
    }
  }

  @Override
  public long pendingBytes() {
    return earlyBytes + super.pendingBytes();
  }

  /** Tells a reader that keeps up to come back (1012); cuts one that does not. */
  @Override
  public void abort() {
    close(SERVICE_RESTART, "service restart");
  }

  /** Tells a reader that keeps up that its right is over (1008); cuts one that does not. */
  @Override
  public void endUnauthorised(String reason) {
    close(POLICY_VIOLATION, reason);
  }

  /** Ends the connection of one who sends a text that is none (1007). */
  void endMalformed() {
    close(INVALID_PAYLOAD, "a text is UTF-8");
  }

  /** Ends the connection of one who sends a message that is too large (1009). */
  void endTooLarge() {
    close(MESSAGE_TOO_BIG, "a message is too large");
  }

  private void close(short code, String reason) {
    if (!over) {
      over = true;
      endCode = code;
      endReason = reason;
    }
    if (socket == null) {
      return;
    }
    if (pendingBytes() < POLITE_LIMIT) {
      socket.close(endCode, endReason);
    } else {
      super.abort();
    }
  }

  @Override
  public void end() {
    if (socket != null) {
      socket.close();
    }
  }
}
