package dev.drover.engine.ws;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;

/**
 * Tells what a client's bytes are when they are no frames (RFC 6455, 7.1.7). Without it Vert.x
 * closes the connection without a Close.
 */
final class WsFaults extends ChannelInboundHandlerAdapter {
  /** What ends a connection. */
  interface Listener {
    /** On the event loop, once: the code of the Close, and its reason. */
    void broke(short code, String reason);
  }

  private static final int LONGEST_REASON = 100;

  private final Listener listener;
  private boolean broken;

  private WsFaults(Listener listener) {
    this.listener = listener;
  }

  /** On the event loop, when the upgrade is done: watches what the decoder says. */
  static void watch(Channel channel, Listener listener) {
    channel.pipeline().addBefore("handler", null, new WsFaults(listener));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object frame) {
    if (broken) {
      ReferenceCountUtil.release(frame);
    } else {
      ctx.fireChannelRead(frame);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause.getCause() instanceof CorruptedWebSocketFrameException)
        && !(cause instanceof CorruptedWebSocketFrameException)) {
      ctx.fireExceptionCaught(cause);
      return;
    }
    if (!broken) {
      broken = true;
      CorruptedWebSocketFrameException fault =
          cause instanceof CorruptedWebSocketFrameException told
              ? told
              : (CorruptedWebSocketFrameException) cause.getCause();
      WebSocketCloseStatus status = fault.closeStatus();
      String reason = String.valueOf(fault.getMessage());
      listener.broke(
          (short) status.code(),
          reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason);
    }
  }
}
