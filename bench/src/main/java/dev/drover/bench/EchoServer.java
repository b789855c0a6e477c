package dev.drover.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.http.Contract;
import dev.drover.engine.http.HttpPort;
import dev.drover.proto.Json;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * POST {@code /echo} answered by a YAML route on the engine's port, or by a bare Vert.x handler.
 */
final class EchoServer {
  private static final int EVENT_LOOPS = 2;

  /** The one bean of the route. */
  public static final class Echo {
    /** Parses the body and writes it again. */
    public void answer(Exchange exchange) {
      ObjectNode body = Json.object(exchange.getMessage().getBody(byte[].class));
      exchange.getMessage().setBody(body.toString());
    }
  }

  private EchoServer() {}

  /** Serves the YAML route behind the ingress filter. */
  static void route(int port, Path routes) throws Exception {
    Vertx vertx = vertx();
    Contract contract = Contract.of(List.of(routes.resolve("echo.yaml")));
    HttpPort.Settings settings = HttpPort.Settings.plain("127.0.0.1", port, EVENT_LOOPS);
    HttpPort http = new HttpPort(vertx, settings, contract, Clock.systemUTC());
    DefaultCamelContext context = new DefaultCamelContext();
    context.getRegistry().bind("echo", new Echo());
    context.build();
    http.mount(context);
    PluginHelper.getRoutesLoader(context)
        .loadRoutes(
            ResourceHelper.resolveResource(
                context, "file:" + routes.resolve("echo.camel.yaml").toAbsolutePath()));
    context.start();
    http.listen();
    Thread.currentThread().join();
  }

  /** Serves a handler of Vert.x with nothing around it. */
  static void bare(int port) throws Exception {
    vertx()
        .deployVerticle(
            () ->
                new AbstractVerticle() {
                  @Override
                  public void start() {
                    vertx
                        .createHttpServer(
                            new HttpServerOptions().setHost("127.0.0.1").setPort(port))
                        .requestHandler(
                            request ->
                                request
                                    .body()
                                    .onSuccess(
                                        body ->
                                            request
                                                .response()
                                                .putHeader("Content-Type", "application/json")
                                                .end(Json.object(body.getBytes()).toString())))
                        .listen();
                  }
                },
            new DeploymentOptions().setInstances(EVENT_LOOPS));
    Thread.currentThread().join();
  }

  private static Vertx vertx() {
    return Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  }
}
