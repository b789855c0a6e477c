package dev.drover.engine.stream;

import dev.drover.engine.events.EventSink;
import dev.drover.engine.events.Outbox;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;

/**
 * Writes finished frames straight to a socket, below the handler that would encode them: no copy,
 * no promise and no object of the web server per event.
 */
public abstract class ChannelSink implements EventSink {
  private final Outbox outbox;
  private final Channel channel;
  private final ChannelPromise nothing;
  private ChannelHandlerContext below;

  /** A sink on an open channel whose event loop belongs to the outbox. */
  protected ChannelSink(Channel channel, Outbox outbox) {
    this.channel = channel;
    this.outbox = outbox;
    this.nothing = channel.voidPromise();
  }

  @Override
  public final Outbox outbox() {
    return outbox;
  }

  /** From now on frames go below the given handler of the pipeline. */
  protected final void writeBelow(Class<? extends ChannelHandler> encoder) {
    below = channel.pipeline().context(encoder);
  }

  @Override
  public void write(Object frame) {
    ByteBuf buffer = (ByteBuf) frame;
    if (below == null || !channel.isActive()) {
      buffer.release();
      return;
    }
    // a duplicate has indexes of its own and shares bytes and reference count
    below.write(buffer.duplicate(), nothing);
  }

  @Override
  public final void flush() {
    if (below != null) {
      below.flush();
    }
  }

  @Override
  public long pendingBytes() {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  /** Resets the connection: linger 0, and past the TLS handler so that it sends no clean close. */
  @Override
  public void abort() {
    reset(channel);
  }

  /** Ends a connection at once, so that the client cannot take it for a clean end. */
  public static void reset(Channel channel) {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.pipeline().firstContext().close();
    }
  }
}
