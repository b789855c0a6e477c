package dev.drover.engine.grpc;

import dev.drover.engine.limit.ConnectionLimit;
import dev.drover.engine.limit.Refusals;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import java.net.SocketAddress;
import org.slf4j.LoggerFactory;

/**
 * Limits connections, and the calls at once on each. The library only asks a client to keep the
 * number of calls, and enforces it from the client's word that it will (grpc-java#12930): who never
 * gives it is not bound. Here the number holds from the first byte.
 */
@Sharable
final class GrpcAccept extends ChannelInboundHandlerAdapter {
  private final ConnectionLimit connections;
  private final int calls;
  private final Refusals refusals = new Refusals(LoggerFactory.getLogger(GrpcAccept.class));

  GrpcAccept(GrpcLimits limits) {
    this.connections = new ConnectionLimit(limits.connections(), limits.connectionsPerAddress());
    this.calls = limits.callsPerConnection();
  }

  /** A channel that listens behind these limits. */
  ServerChannel channel() {
    NioServerSocketChannel channel = new NioServerSocketChannel();
    channel.pipeline().addLast(this);
    return channel;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    Channel child = (Channel) msg;
    SocketAddress from = child.remoteAddress();
    if (!connections.tryOpen(from)) {
      refusals.add("a gRPC connection from " + from + ": too many are open");
      child.unsafe().closeForcibly();
      return;
    }
    child.closeFuture().addListener(closed -> connections.closed(from));
    child.pipeline().addLast(new Streams());
    ctx.fireChannelRead(child);
  }

  /** Sets the number before the first frame is read, or cuts who has used the gap. */
  private final class Streams extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
      boolean set = set(ctx);
      ctx.fireChannelRead(msg);
      if (!set && set(ctx)) {
        // with TLS the first frames may come with the last bytes of the handshake
        Http2Connection connection = ctx.pipeline().get(Http2ConnectionHandler.class).connection();
        if (connection.numActiveStreams() > calls) {
          refusals.add("a gRPC connection from " + ctx.channel().remoteAddress() + ": calls");
          ctx.close();
        }
      }
      if (set) {
        ctx.pipeline().remove(this);
      }
    }

    private boolean set(ChannelHandlerContext ctx) {
      Http2ConnectionHandler http = ctx.pipeline().get(Http2ConnectionHandler.class);
      if (http != null) {
        http.connection().remote().maxActiveStreams(calls);
      }
      return http != null;
    }
  }
}
