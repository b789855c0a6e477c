package dev.drover.engine.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;

/**
 * Stands behind the decoder of HTTP/1. Vert.x ends a connection without a word when a body breaks
 * off in the middle of a chunk, and answers an unknown version without a body; here both become
 * what the port can answer.
 */
final class DecodedRequests extends ChannelInboundHandlerAdapter {
  /** The request speaks a version of HTTP that is not spoken here. */
  static final class UnknownVersionException extends RuntimeException {
    UnknownVersionException(HttpVersion version) {
      super(version.text());
    }
  }

  private final Connections.Peer peer;

  DecodedRequests(Connections.Peer peer) {
    this.peer = peer;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest request) {
      peer.arrived();
      // none is spoken: a compressed frame of 64 KiB could become 64 MiB
      request.headers().remove(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
      speak(request);
    } else if (message instanceof HttpContent content && content.decoderResult().isFailure()) {
      ReferenceCountUtil.release(content);
      peer.bodyBroke();
      return;
    }
    ctx.fireChannelRead(message);
  }

  /** A later HTTP/1 is read as HTTP/1.1 (RFC 9110, 2.5); anything else is refused in HTTP/1.1. */
  private static void speak(HttpRequest request) {
    HttpVersion version = request.protocolVersion();
    if (version.equals(HttpVersion.HTTP_1_0) || version.equals(HttpVersion.HTTP_1_1)) {
      return;
    }
    request.setProtocolVersion(HttpVersion.HTTP_1_1);
    boolean later =
        version.protocolName().equals("HTTP")
            && version.majorVersion() == 1
            && version.minorVersion() > 1;
    if (!later && request.decoderResult().isSuccess()) {
      request.setDecoderResult(DecoderResult.failure(new UnknownVersionException(version)));
    }
  }
}
