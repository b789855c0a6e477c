package dev.drover.engine.http;

import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.limit.ByteBudget;
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
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
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
   * @param limits what a caller may hold of it
   * @param origins the origins whose pages may read its answers; none as a rule
   */
  public record Settings(
      List<Door> doors, int eventLoops, HttpLimits limits, List<String> origins) {
    /** One plain door with the default limits. */
    public static Settings plain(String host, int port, int eventLoops) {
      List<Door> doors = List.of(new Door(host, port, Optional.empty()));
      return new Settings(doors, eventLoops, HttpLimits.defaults(), List.of());
    }

    /** The same with other limits. */
    public Settings withLimits(HttpLimits others) {
      return new Settings(doors, eventLoops, others, origins);
    }

    /** The same for pages of these origins. */
    public Settings withOrigins(List<String> allowed) {
      return new Settings(doors, eventLoops, limits, allowed);
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

  /** Bytes of a WebSocket message of a client. */
  public static final int MAX_FRAME_BYTES = 64 * 1024;

  private static final int CLOSING_SECONDS = 2;
  private static final long LOOK_MILLIS = 500;

  private final Vertx vertx;
  private final Settings settings;
  private final Connections connections;
  private final PortRefusals refusals;

  /** Threads for operations that are answered while all others are at work. */
  private static final int RESERVED = 2;

  private final IngressFilter ingress;
  private final RequestGate gate;
  private final Bodies bodies;
  private final Answers answers;
  private final Router router;

  /** A port with a budget of its own that verifies no token early: for tests and benchmarks. */
  public HttpPort(Vertx vertx, Settings settings, Contract contract, Clock clock) {
    this(vertx, settings, contract, ByteBudget.ofHeap(), Optional.empty(), clock);
  }

  /**
   * A port that is not mounted yet.
   *
   * @param budget where the bytes of bodies and answers are taken from
   * @param tokens verifies tokens before a body is read; empty to leave it to the flows
   */
  public HttpPort(
      Vertx vertx,
      Settings settings,
      Contract contract,
      ByteBudget budget,
      Optional<TokenVerifier> tokens,
      Clock clock) {
    this.vertx = vertx;
    this.settings = settings;
    this.router = Router.router(vertx);
    this.connections = new Connections(settings.limits());
    this.refusals = new PortRefusals(vertx, clock, connections);
    this.gate = new RequestGate(connections, refusals, router);
    this.bodies = new Bodies(budget, settings.limits(), refusals, connections);
    this.answers = new Answers(budget, settings.limits(), refusals);
    this.ingress =
        new IngressFilter(
            contract,
            connections,
            refusals,
            new EarlyAuthentication(tokens),
            new Cors(settings.origins()),
            clock);
  }

  /** Gives the router to Camel. To be called before the routes are made. */
  public void mount(CamelContext camel) {
    router.route().order(Integer.MIN_VALUE).handler(ingress);
    for (int status : Set.of(400, 404, 405, 413, 414, 415, 431, 500, 503)) {
      router.errorHandler(status, ctx -> refusals.send(ctx, failure(ctx)));
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
                return bodies;
              }
            });
    VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
    configuration.setBindHost(first.host());
    configuration.setBindPort(first.port());
    camel.getRegistry().bind("http-port", configuration);
    PlatformHttpComponent component =
        camel.getComponent("platform-http", PlatformHttpComponent.class);
    PortEngine engine =
        new PortEngine(
            name, answers, vertx.createSharedWorkerExecutor("drover-reserved", RESERVED));
    engine.setCamelContext(camel);
    component.setEngine(engine);
    component.setHeaderFilterStrategy(new HeaderPolicy());
    component.setServerRequestValidation(false);
  }

  private static ProtocolException failure(RoutingContext ctx) {
    if (ctx.failure() instanceof ProtocolException known) {
      return known;
    }
    return switch (ctx.statusCode()) {
      case 400, 414, 431 ->
          new ProtocolException(ErrorCode.VALIDATION_FAILED, "The request is malformed");
      case 404 -> new ProtocolException(ErrorCode.NOT_FOUND, "No such path");
      case 503 -> new ProtocolException(ErrorCode.NETWORK_TIMEOUT, "This operation is stopped");
      default -> ErrorRenderer.unhandled(ctx.failure());
    };
  }

  /** Starts to listen. To be called when the routes run; fails when a port is taken. */
  public void listen() {
    settings.doors().forEach(this::listen);
    vertx.setPeriodic(LOOK_MILLIS, look -> connections.closeLate());
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

  /** How many connections are open. */
  public int connections() {
    return connections.open();
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
            .setMaxInitialLineLength(RequestGate.MAX_LINE)
            .setMaxHeaderSize(RequestGate.MAX_HEADERS)
            // a compressed frame of 64 KiB could become 64 MiB
            .setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false)
            // after a breach nothing is read any more, so the peer's Close is never seen
            .setWebSocketClosingTimeout(CLOSING_SECONDS)
            // without it a connection is seen only when its first request is whole
            .setHttp2ClearTextEnabled(false)
            .setMaxWebSocketFrameSize(MAX_FRAME_BYTES)
            .setMaxWebSocketMessageSize(MAX_FRAME_BYTES);
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
          .connectionHandler(connections::opened)
          .requestHandler(gate)
          .invalidRequestHandler(gate::refuseMalformed)
          .listen()
          .<Void>mapEmpty()
          .onComplete(started);
    }
  }
}
