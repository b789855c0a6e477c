package dev.drover.engine.ws;

import dev.drover.engine.events.EventStream;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.http.HttpPort;
import dev.drover.engine.stream.Durations;
import dev.drover.engine.stream.StreamHandshake;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.netty.channel.Channel;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/** Turns each upgrade request into an exchange; only one that is granted gets its 101. */
public final class WsServerConsumer extends DefaultConsumer {
  private static final String NO_FRAME =
      WsFrameConsumer.error(
          ErrorCode.VALIDATION_FAILED, "a frame is a text, a JSON object with a type");

  private static final String TOO_LARGE =
      "a message is larger than " + HttpPort.MAX_FRAME_BYTES + " bytes";

  private final StreamHandshake handshake;
  private Route route;

  /** A server on the endpoint's path. */
  public WsServerConsumer(WsEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
    WsConfiguration configuration = endpoint.getConfiguration();
    this.handshake =
        new StreamHandshake(
            configuration.getHeaderFilterStrategy(),
            Durations.parse(configuration.getMinGap()),
            endpoint.hub().clock());
  }

  @Override
  public WsEndpoint getEndpoint() {
    return (WsEndpoint) super.getEndpoint();
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    // Before the REST operations, whose one handler answers 404 for every path it does not know.
    route = getEndpoint().router().get(getEndpoint().serverPath()).order(-1).handler(this::handle);
  }

  @Override
  protected void doStop() throws Exception {
    if (route != null) {
      route.remove();
      route = null;
      getEndpoint().hub().streams().abortAll(WsEncoding.TRANSPORT);
    }
    super.doStop();
  }

  private void handle(RoutingContext ctx) {
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    handshake.fill(exchange, ctx);
    HttpServerRequest request = ctx.request();
    Optional<WsUpgrade.Fault> fault = WsUpgrade.fault(request.method(), request.headers());
    if (fault.isPresent()) {
      ctx.response().putHeader("Upgrade", "websocket");
      ctx.response().putHeader("Sec-WebSocket-Version", WsUpgrade.VERSION);
      ProtocolException error =
          new ProtocolException(ErrorCode.VALIDATION_FAILED, fault.get().message());
      handshake.fail(exchange, ctx, error, fault.get().status());
      return;
    }
    Channel channel = ((ConnectionBase) request.connection()).channel();
    WsSink sink = new WsSink(channel, getEndpoint().hub().outbox(channel.eventLoop()));
    request.pause();
    ctx.vertx()
        .executeBlocking(() -> process(exchange, ctx, sink), false)
        .onComplete(
            done -> {
              if (done.failed()) {
                if (!(done.cause() instanceof ProtocolException)) {
                  getExceptionHandler().handleException("stream refused", exchange, done.cause());
                }
                request.resume();
                handshake.fail(exchange, ctx, done.cause());
              } else if (done.result().isEmpty()) {
                request.resume();
                handshake.refuse(exchange, ctx);
              } else {
                upgrade(ctx, channel, sink, done.result().get());
              }
              doneUoW(exchange);
              releaseExchange(exchange, false);
            });
  }

  /** On a worker: runs the route and opens the stream, whose frames wait for the upgrade. */
  private Optional<EventStream> process(Exchange exchange, RoutingContext ctx, WsSink sink)
      throws Exception {
    Optional<Promises> promises = StreamHandshake.begin(exchange, ctx);
    createUoW(exchange);
    getProcessor().process(exchange);
    handshake.requireKept(exchange, promises);
    if (handshake.refused(exchange)) {
      return Optional.empty();
    }
    return Optional.of(getEndpoint().hub().attach(sink, handshake.granted(exchange)));
  }

  private void upgrade(RoutingContext ctx, Channel channel, WsSink sink, EventStream stream) {
    ctx.request()
        .toWebSocket()
        .onSuccess(
            socket -> {
              socket.closeHandler(gone -> stream.close());
              socket.exceptionHandler(e -> stream.close());
              WsFaults.watch(channel, (code, reason) -> end(sink, stream, code, reason));
              ClientFrames frames = new ClientFrames(HttpPort.MAX_FRAME_BYTES);
              socket.frameHandler(
                  frame -> {
                    switch (frames.take(frame)) {
                      case TEXT -> received(ctx, socket, stream, frames.text());
                      case BINARY -> socket.writeTextMessage(NO_FRAME);
                      case MALFORMED ->
                          end(sink, stream, WsSink.INVALID_PAYLOAD, "a text is UTF-8");
                      case TOO_LARGE -> end(sink, stream, WsSink.MESSAGE_TOO_BIG, TOO_LARGE);
                      case NONE -> {}
                    }
                  });
              sink.begin(socket);
              if (stream.closed()) {
                socket.close();
              }
            })
        .onFailure(
            e -> {
              stream.close();
              sink.discard();
            });
    ctx.request().resume();
  }

  /** On the event loop: the client broke the protocol; nothing follows our Close. */
  private static void end(WsSink sink, EventStream stream, short code, String reason) {
    stream.close();
    sink.end(code, reason);
  }

  private void received(
      RoutingContext ctx, ServerWebSocket socket, EventStream stream, String text) {
    String type = type(text).orElse(null);
    if (type == null) {
      socket.writeTextMessage(NO_FRAME);
      return;
    }
    if (type.equals("ping")) {
      socket.writeTextMessage("{\"type\":\"pong\"}");
      return;
    }
    handOver(ctx, socket, stream, type, text);
  }

  /** The type of a client's frame; empty when it is no JSON object with a type. */
  static Optional<String> type(String text) {
    try {
      return Optional.ofNullable(
          new JsonObject(text).getValue("type") instanceof String name ? name : null);
    } catch (DecodeException e) {
      return Optional.empty();
    }
  }

  /** One frame of a client at a time: the next one is read when the route is done with this. */
  private void handOver(
      RoutingContext ctx, ServerWebSocket socket, EventStream stream, String type, String text) {
    List<WsFrameConsumer> routes = getEndpoint().getComponent().frameConsumers();
    if (routes.isEmpty()) {
      String error = WsFrameConsumer.error(ErrorCode.NOT_FOUND, "no route takes frames");
      socket.writeTextMessage(error);
      return;
    }
    socket.pause();
    ctx.vertx()
        .executeBlocking(() -> routes.get(0).process(stream, type, text), false)
        .onComplete(
            done -> {
              if (!socket.isClosed()) {
                String failed =
                    WsFrameConsumer.error(ErrorCode.INTERNAL_ERROR, "the frame was not handled");
                Optional<String> answer = done.succeeded() ? done.result() : Optional.of(failed);
                answer.ifPresent(socket::writeTextMessage);
                socket.resume();
              }
            });
  }
}
