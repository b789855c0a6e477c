package dev.drover.bench;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.EventHubSettings;
import dev.drover.engine.events.EventId;
import dev.drover.engine.events.LogEvent;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.service.ServiceHelper;

/**
 * The server under test: {@code /sub} is an sse endpoint, POST {@code /pub} dispatches an event.
 */
final class FanoutServer {
  private static final String ROUTE =
      """
      - route:
          from:
            uri: sse:/sub
            steps:
              - setHeader: {name: DroverStreamKey, expression: {constant: {expression: bench}}}
      """;

  private final ExecutorService reader = Executors.newSingleThreadExecutor();
  private long position;

  void run(int port) throws Exception {
    EventHub hub =
        new EventHub(
            new MemoryLog(),
            EventHubSettings.defaults().withMaxPendingBytes(16 * 1024 * 1024),
            Clock.systemUTC());
    hub.open(hub.log().state());
    DefaultCamelContext context = new DefaultCamelContext();
    context.getRegistry().bind("eventHub", hub);
    context
        .getRegistry()
        .bind("vertx", Vertx.vertx(new VertxOptions().setPreferNativeTransport(true)));
    VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
    configuration.setBindHost("127.0.0.1");
    configuration.setBindPort(port);
    VertxPlatformHttpServer server = new VertxPlatformHttpServer(configuration);
    context.addService(server, true, true);
    ServiceHelper.startService(server);
    VertxPlatformHttpRouter router =
        context.getRegistry().findByType(VertxPlatformHttpRouter.class).iterator().next();
    PluginHelper.getRoutesLoader(context)
        .loadRoutes(ResourceHelper.fromString("bench.camel.yaml", ROUTE));
    context.start();
    router
        .post("/pub")
        .handler(
            ctx ->
                ctx.request()
                    .body()
                    .onSuccess(
                        body -> {
                          reader.execute(() -> publish(hub, body));
                          ctx.response().setStatusCode(202).end();
                        }));
    router
        .get("/mem")
        .handler(
            ctx -> {
              System.gc();
              Runtime runtime = Runtime.getRuntime();
              ctx.response().end(String.valueOf(runtime.totalMemory() - runtime.freeMemory()));
            });
    Thread.currentThread().join();
  }

  private void publish(EventHub hub, Buffer body) {
    position++;
    LogEvent event =
        new LogEvent(
            new EventId(MemoryLog.EPOCH, 0, position), "bench", "message", body.getBytes());
    hub.dispatch(event, (e, fanOut) -> fanOut.add("sse", e));
  }
}
