package dev.drover.engine.http;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;

/**
 * The Vert.x engine of platform-http, less the headers that carry the caller's raw URI and query
 * into the exchange: an HTTP producer further down a route would obey them.
 */
final class PortEngine extends VertxPlatformHttpEngine {
  private static final List<String> RAW =
      List.of(Exchange.HTTP_URI, Exchange.HTTP_URL, Exchange.HTTP_QUERY, Exchange.HTTP_RAW_QUERY);

  private final String routerName;

  PortEngine(String routerName) {
    this.routerName = routerName;
  }

  @Override
  public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
    return new VertxPlatformHttpConsumer(endpoint, processor, getHandlers(), routerName) {
      @Override
      protected Future<Void> populateCamelMessage(
          RoutingContext ctx, Exchange exchange, Message message) {
        return super.populateCamelMessage(ctx, exchange, message)
            .onSuccess(done -> RAW.forEach(message::removeHeader));
      }
    };
  }
}
