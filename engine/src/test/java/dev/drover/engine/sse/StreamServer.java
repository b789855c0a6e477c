package dev.drover.engine.sse;

import dev.drover.engine.events.EventHub;
import io.vertx.core.Vertx;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.service.ServiceHelper;

/** A Camel context with a real Vert.x port on loopback and YAML routes, as the product has it. */
public final class StreamServer implements AutoCloseable {
  public static final String SSE_ROUTE =
      """
      - route:
          id: events-stream
          from:
            uri: sse:/api/orchestrators/events
            parameters: {hub: "#eventHub"}
            steps:
              - setHeader: {name: DroverStreamKey, expression: {simple: {expression: "${header.entity_id}"}}}
              - setHeader: {name: DroverStreamCursor, expression: {simple: {expression: "${header.Last-Event-ID}"}}}
              - setHeader: {name: DroverStreamResync, expression: {simple: {expression: "${header.stale}"}}}
      """;

  public static final String FAN_OUT_ROUTE =
      """
      - route:
          id: events-fan-out
          from:
            uri: event-log:drover.events
            parameters: {hub: "#eventHub", identityCheck: "300"}
            steps:
              - to: {uri: "sse:events", parameters: {hub: "#eventHub"}}
      """;

  private final Vertx vertx = Vertx.vertx();
  private final DefaultCamelContext context = new DefaultCamelContext();
  private final VertxPlatformHttpServer server;
  private final EventHub hub;

  public StreamServer(EventHub hub, Map<String, Object> beans, String... routes) throws Exception {
    this.hub = hub;
    context.getRegistry().bind("vertx", vertx);
    if (hub != null) {
      context.getRegistry().bind("eventHub", hub);
    }
    new LinkedHashMap<>(beans).forEach(context.getRegistry()::bind);
    VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
    configuration.setBindHost("127.0.0.1");
    configuration.setBindPort(0);
    server = new VertxPlatformHttpServer(configuration);
    context.addService(server, true, true);
    ServiceHelper.startService(server);
    for (int i = 0; i < routes.length; i++) {
      PluginHelper.getRoutesLoader(context)
          .loadRoutes(ResourceHelper.fromString("r" + i + ".camel.yaml", routes[i]));
    }
    context.getShutdownStrategy().setTimeout(2);
    context.start();
  }

  public int port() {
    return server.getPort();
  }

  public DefaultCamelContext context() {
    return context;
  }

  public Vertx vertx() {
    return vertx;
  }

  @Override
  public void close() throws java.io.IOException {
    context.close();
    if (hub != null) {
      hub.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
