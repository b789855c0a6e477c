package dev.drover.engine.http;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;

/**
 * The one port for REST, SSE and WebSocket, plain, with TLS, or both. It is mounted before the
 * routes are made and listens only when they run, so that a caller never meets a port without
 * routes.
 */
public final class HttpPort implements AutoCloseable {
  /**
   * Where and how it listens.
   *
   * @param doors each an address with the same operations behind it; at least one
   * @param eventLoops how many event loops share each door
   */
  public record Settings(List<Door> doors, int eventLoops) {
    /** One plain door. */
    public static Settings plain(String host, int port, int eventLoops) {
      return new Settings(List.of(new Door(host, port, Optional.empty())), eventLoops);
    }
  }

  /**
   * An address.
   *
   * @param host the address to bind
   * @param port the TCP port
   * @param tls certificate and key in PEM form; TLS 1.3 only when present, plain when not
   */
  public record Door(String host, int port, Optional<Tls> tls) {}

  /** A certificate chain and its private key, both PEM files. */
  public record Tls(Path certificate, Path key) {}

  private static final int MAX_HEADER_BYTES = 16_384;

  private final Vertx vertx;
  private final Settings settings;
  private final IngressFilter ingress;
  private final Router router;
  private final Map<Long, BodyHandler> bodyHandlers = new ConcurrentHashMap<>();

  /** A port that is not mounted yet. */
  public HttpPort(Vertx vertx, Settings settings, Contract contract, Clock clock) {
    this.vertx = vertx;
    this.settings = settings;
    this.ingress = new IngressFilter(contract, clock);
    this.router = Router.router(vertx);
  }

  /** Gives the router to Camel. To be called before the routes are made. */
  public void mount(CamelContext camel) {
    router.route().order(Integer.MIN_VALUE).handler(ingress);
    for (int status : Set.of(400, 404, 405, 413, 414, 415, 431, 500, 503)) {
      router.errorHandler(status, ctx -> ingress.fail(ctx, failure(ctx)));
    }
    Door first = settings.doors().get(0);
    String name = VertxPlatformHttpRouter.getRouterNameFromPort(first.port());
    camel
        .getRegistry()
        .bind(
            name,
            new VertxPlatformHttpRouter(null, vertx, router, name) {
              @Override
              public Handler<RoutingContext> bodyHandler() {
                return HttpPort.this::readBody;
              }
            });
    VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
    configuration.setBindHost(first.host());
    configuration.setBindPort(first.port());
    camel.getRegistry().bind("http-port", configuration);
    PlatformHttpComponent component =
        camel.getComponent("platform-http", PlatformHttpComponent.class);
    PortEngine engine = new PortEngine(name);
    engine.setCamelContext(camel);
    component.setEngine(engine);
    component.setHeaderFilterStrategy(new HeaderPolicy());
    component.setServerRequestValidation(false);
  }

  private void readBody(RoutingContext ctx) {
    Contract.Operation operation = ctx.get(IngressFilter.OPERATION);
    bodyHandlers
        .computeIfAbsent(
            operation.maxBody(), limit -> BodyHandler.create(false).setBodyLimit(limit))
        .handle(ctx);
  }

  private static ProtocolException failure(RoutingContext ctx) {
    Contract.Operation operation = ctx.get(IngressFilter.OPERATION);
    if (ctx.statusCode() == 413 && operation != null) {
      return IngressFilter.tooLarge(operation.maxBody());
    }
    return switch (ctx.statusCode()) {
      case 400, 414, 431 ->
          new ProtocolException(ErrorCode.VALIDATION_FAILED, "The request is malformed");
      case 404 -> new ProtocolException(ErrorCode.NOT_FOUND, "No such path");
      case 503 -> new ProtocolException(ErrorCode.NETWORK_TIMEOUT, "This operation is stopped");
      default -> new ProtocolException(ErrorCode.INTERNAL_ERROR, "The server failed");
    };
  }

  /** Starts to listen. To be called when the routes run; fails when a port is taken. */
  public void listen() {
    settings.doors().forEach(this::listen);
  }

  private void listen(Door door) {
    try {
      vertx
          .deployVerticle(
              () -> new Listener(options(door)),
              new DeploymentOptions().setInstances(settings.eventLoops()))
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    } catch (CompletionException e) {
      throw new IllegalStateException(
          "cannot listen on " + door.host() + ":" + door.port() + ": " + e.getCause(), e);
    }
  }

  /** Closes the port and every connection on it. */
  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static HttpServerOptions options(Door door) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(door.host())
            .setPort(door.port())
            .setAcceptBacklog(4096)
            .setTcpNoDelay(true)
            .setReuseAddress(true)
            .setMaxHeaderSize(MAX_HEADER_BYTES);
    door.tls()
        .ifPresent(
            tls ->
                options
                    .setSsl(true)
                    .setUseAlpn(true)
                    .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                    .setKeyCertOptions(
                        new PemKeyCertOptions()
                            .setCertPath(tls.certificate().toString())
                            .setKeyPath(tls.key().toString())));
    return options;
  }

  private final class Listener extends AbstractVerticle {
    private final HttpServerOptions options;

    Listener(HttpServerOptions options) {
      this.options = options;
    }

    @Override
    public void start(Promise<Void> started) {
      vertx
          .createHttpServer(options)
          .requestHandler(router)
          .invalidRequestHandler(ingress::refuseMalformed)
          .listen()
          .<Void>mapEmpty()
          .onComplete(started);
    }
  }
}
