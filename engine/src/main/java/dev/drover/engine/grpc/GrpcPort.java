package dev.drover.engine.grpc;

import dev.drover.engine.limit.ByteBudget;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The gRPC port of a process: health, reflection and the services that its flows serve. Like the
 * HTTP port it listens only when the routes run.
 */
public final class GrpcPort implements AutoCloseable {
  /**
   * Where and how the port listens.
   *
   * @param host the address to bind
   * @param port the TCP port; 0 for any
   * @param tls TLS 1.3 only when present, plain when not
   * @param reflection whether it tells its services to whoever asks
   * @param limits what it takes from a client
   */
  public record Settings(
      String host, int port, Optional<Tls> tls, boolean reflection, GrpcLimits limits) {
    /** A plain port with reflection and the usual limits. */
    public static Settings plain(String host, int port) {
      return new Settings(host, port, Optional.empty(), true, GrpcLimits.usual());
    }
  }

  /**
   * The port's certificate, and what it asks of clients.
   *
   * @param certificate the PEM chain
   * @param key its private key, PEM
   * @param clientAuthority who signs certificates of clients, PEM; none are asked for without
   * @param clientsMust whether a client without a certificate is refused
   */
  public record Tls(
      Path certificate, Path key, Optional<Path> clientAuthority, boolean clientsMust) {}

  private static final int MAX_METADATA_BYTES = 16_384;

  /** What a client may send that nobody has asked for yet; of one call, and of one connection. */
  private static final int WINDOW = 64 << 10;

  private static final int RESETS = 200;
  private static final int RESETS_SECONDS = 30;
  private static final int THREADS = 16;
  private static final int LOOPS = 2;
  private static final int DEADLINE_SECONDS = 2;

  private final Settings settings;
  private final GrpcServices services;
  private final HealthStatusManager health = new HealthStatusManager();
  private ExecutorService threads;
  private ScheduledExecutorService timer;
  private EventLoopGroup loops;
  private Server server;
  private ManagedChannel self;

  /** A port with health and reflection only, that does not listen yet. */
  public GrpcPort(Settings settings, ByteBudget budget) {
    this(settings, new GrpcServices(Clock.systemUTC(), budget, authorization -> {}));
  }

  /** A port for these services, that does not listen yet. */
  public GrpcPort(Settings settings, GrpcServices services) {
    this.settings = settings;
    this.services = services;
  }

  /**
   * Listens.
   *
   * @throws IllegalStateException when the port is taken or the certificate cannot be read
   */
  public synchronized void listen() {
    InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
    GrpcLimits limits = settings.limits();
    threads = threads();
    timer = timer();
    loops = new NioEventLoopGroup(LOOPS, new DefaultThreadFactory("grpc-port", true));
    GrpcAccept accept = new GrpcAccept(limits);
    GrpcGate gate = new GrpcGate(services, limits.requestTimeout(), timer);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .executor(threads)
            .channelFactory(accept::channel)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .maxInboundMessageSize(limits.requestBytes())
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .maxConcurrentCallsPerConnection(limits.callsPerConnection())
            .flowControlWindow(WINDOW)
            .maxRstFramesPerWindow(RESETS, RESETS_SECONDS)
            .handshakeTimeout(limits.handshakeTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .maxConnectionIdle(limits.idle().toMillis(), TimeUnit.MILLISECONDS)
            // a peer that vanished without a word is noticed, and a client may ask just as well
            .keepAliveTime(60, TimeUnit.SECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addStreamTracerFactory(CallReset.FACTORY)
            .addStreamTracerFactory(InboundBytes.FACTORY)
            .addService(guarded(health.getHealthService().bindService(), gate));
    if (settings.reflection()) {
      builder.addService(guarded(reflection(), gate));
    }
    services.definitions().forEach(service -> builder.addService(guarded(service, gate)));
    services.names().forEach(name -> health.setStatus(name, ServingStatus.SERVING));
    try {
      settings.tls().ifPresent(tls -> builder.sslContext(sslContext(tls)));
      server = builder.build().start();
    } catch (IOException e) {
      release();
      throw new IllegalStateException("cannot listen for gRPC on " + address, e);
    }
    if (settings.tls().isEmpty()) {
      self = NettyChannelBuilder.forAddress(local(address)).usePlaintext().build();
    }
  }

  /** Routes block their thread: as many as the HTTP port has workers, and a queue before them. */
  private static ExecutorService threads() {
    AtomicInteger count = new AtomicInteger();
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "grpc-call-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  private static ScheduledExecutorService timer() {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, "grpc-timer");
          thread.setDaemon(true);
          return thread;
        });
  }

  private static ServerServiceDefinition reflection() {
    return ProtoReflectionServiceV1.newInstance().bindService();
  }

  /** The gate sees a message as bytes, so that it notices when they are none. */
  private static ServerServiceDefinition guarded(ServerServiceDefinition service, GrpcGate gate) {
    return ServerInterceptors.intercept(ServerInterceptors.useInputStreamMessages(service), gate);
  }

  private void release() {
    threads.shutdown();
    timer.shutdownNow();
    loops.shutdownGracefully(0, DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private static SslContext sslContext(Tls tls) {
    try {
      SslContextBuilder builder =
          GrpcSslContexts.forServer(tls.certificate().toFile(), tls.key().toFile())
              .protocols("TLSv1.3");
      if (tls.clientAuthority().isPresent()) {
        builder
            .trustManager(tls.clientAuthority().get().toFile())
            .clientAuth(tls.clientsMust() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
      }
      return builder.build();
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalStateException("cannot use the certificate " + tls.certificate(), e);
    }
  }

  private InetSocketAddress local(InetSocketAddress address) {
    return address.getAddress().isAnyLocalAddress()
        ? new InetSocketAddress("127.0.0.1", port())
        : new InetSocketAddress(address.getAddress(), port());
  }

  /** The TCP port that its settings name; 0 for any. */
  public int configuredPort() {
    return settings.port();
  }

  /** The TCP port, once it listens. */
  public synchronized int port() {
    return server.getPort();
  }

  /** Whether a client is served: tried by being one, unless that would take a certificate. */
  public boolean serving() {
    ManagedChannel channel;
    synchronized (this) {
      if (server == null || server.isShutdown()) {
        return false;
      }
      channel = self;
    }
    if (channel == null) {
      return true;
    }
    try {
      return HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus()
          == ServingStatus.SERVING;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /** Ends the port: new calls are refused, running ones have two seconds. */
  @Override
  public synchronized void close() {
    if (server == null) {
      return;
    }
    health.enterTerminalState();
    if (self != null) {
      self.shutdownNow();
    }
    server.shutdown();
    try {
      if (!server.awaitTermination(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    release();
    self = null;
    server = null;
  }
}
