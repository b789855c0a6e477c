package dev.drover.engine.sse;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.EventSink;
import dev.drover.engine.events.EventStream;
import dev.drover.engine.events.Outbox;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.http.IngressFilter;
import dev.drover.engine.stream.ChannelSink;
import dev.drover.engine.stream.StreamHandshake;
import dev.drover.proto.ProtocolException;
import io.netty.channel.Channel;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/** Turns each GET of its path into an exchange, and each exchange that is granted into a stream. */
public final class SseServerConsumer extends DefaultConsumer {
  private final StreamHandshake handshake;
  private Route route;

  /** A server on the endpoint's path. */
  public SseServerConsumer(SseEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
    this.handshake =
        new StreamHandshake(
            endpoint.getConfiguration().getHeaderFilterStrategy(),
            endpoint.getConfiguration().minGapDuration(),
            endpoint.hub().clock());
  }

  @Override
  public SseEndpoint getEndpoint() {
    return (SseEndpoint) super.getEndpoint();
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
      // a clean end would make some clients stop for ever
      getEndpoint().hub().streams().abortAll(SseEncoding.TRANSPORT);
    }
    super.doStop();
  }

  private void handle(RoutingContext ctx) {
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    handshake.fill(exchange, ctx);
    AtomicReference<EventStream> stream = new AtomicReference<>();
    EventSink sink = sink(ctx);
    ctx.response()
        .closeHandler(
            gone -> {
              EventStream open = stream.get();
              if (open != null) {
                open.close();
              }
            });
    ctx.vertx()
        .executeBlocking(() -> process(exchange, ctx, sink, stream), false)
        .onComplete(
            done -> {
              if (done.failed()) {
                if (!(done.cause() instanceof ProtocolException)) {
                  getExceptionHandler().handleException("stream refused", exchange, done.cause());
                }
                handshake.fail(exchange, ctx, done.cause());
              } else if (!done.result()) {
                handshake.refuse(exchange, ctx);
              } else if (IngressFilter.head(ctx)) {
                ctx.response().end();
              }
              doneUoW(exchange);
              releaseExchange(exchange, false);
            });
  }

  /** On a worker: runs the route and opens the stream. */
  private boolean process(
      Exchange exchange, RoutingContext ctx, EventSink sink, AtomicReference<EventStream> stream)
      throws Exception {
    Optional<Promises> promises = StreamHandshake.begin(exchange, ctx);
    createUoW(exchange);
    getProcessor().process(exchange);
    handshake.requireKept(exchange, promises);
    if (handshake.refused(exchange)) {
      return false;
    }
    HttpServerResponse response = ctx.response();
    handshake.headers(exchange, response);
    response.putHeader("Content-Type", "text/event-stream");
    response.putHeader("Cache-Control", "no-store");
    response.putHeader("X-Accel-Buffering", "no");
    if (IngressFilter.head(ctx)) {
      return true;
    }
    response.setChunked(true);
    EventHub hub = getEndpoint().hub();
    EventStream opened;
    try {
      opened = hub.attach(sink, handshake.granted(exchange));
    } catch (RuntimeException e) {
      response.headers().clear();
      response.setChunked(false);
      throw e;
    }
    stream.set(opened);
    if (response.closed()) {
      opened.close();
    }
    return true;
  }

  private EventSink sink(RoutingContext ctx) {
    // the only way to the channel: the web server's own connection class
    ConnectionBase connection = (ConnectionBase) ctx.request().connection();
    Channel channel = connection.channel();
    Outbox outbox = getEndpoint().hub().outbox(channel.eventLoop());
    return ctx.request().version() == HttpVersion.HTTP_1_1
        ? new Http1SseSink(channel, outbox, ctx.response())
        : new PlainSseSink(outbox, ctx.response(), () -> ChannelSink.reset(channel));
  }
}
