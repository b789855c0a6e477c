package dev.drover.engine.ws;

import dev.drover.engine.events.EventEncoding;
import dev.drover.engine.events.Outbox;
import dev.drover.engine.stream.ChannelSink;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayDeque;
import java.util.Deque;

/** A WebSocket stream; what comes before the upgrade is done waits for it. */
final class WsSink extends ChannelSink {
  private static final short SERVICE_RESTART = 1012;
  static final short INVALID_PAYLOAD = 1007;
  static final short MESSAGE_TOO_BIG = 1009;
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
    if (over || socket != null && socket.isClosed()) {
      // nothing follows a Close (RFC 6455, 5.5.1)
      buffer.release();
    } else if (socket != null) {
      super.write(frame);
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

  /** On the event loop: ends the connection of one who breaks the protocol, and says how. */
  void end(short code, String reason) {
    close(code, reason);
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
    over = true;
    if (socket != null) {
      socket.close();
    }
  }
}
