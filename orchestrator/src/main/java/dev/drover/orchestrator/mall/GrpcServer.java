package dev.drover.orchestrator.mall;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** The mall's gRPC port: health and reflection; services of later flows join it. */
public final class GrpcServer implements AutoCloseable {
  private static final int DEADLINE_SECONDS = 2;

  private final InetSocketAddress address;
  private final HealthStatusManager health = new HealthStatusManager();
  private Server server;
  private ManagedChannel self;

  /** A server that does not listen yet. */
  public GrpcServer(String host, int port) {
    this.address = new InetSocketAddress(host, port);
  }

  /**
   * Listens.
   *
   * @throws IllegalStateException when the port is taken
   */
  public synchronized void start() {
    try {
      server =
          NettyServerBuilder.forAddress(address)
              .addService(health.getHealthService())
              .addService(ProtoReflectionServiceV1.newInstance())
              .build()
              .start();
    } catch (IOException e) {
      throw new IllegalStateException("cannot listen for gRPC on " + address, e);
    }
    self = NettyChannelBuilder.forAddress(local()).usePlaintext().build();
  }

  private InetSocketAddress local() {
    return address.getAddress().isAnyLocalAddress()
        ? new InetSocketAddress("127.0.0.1", server.getPort())
        : new InetSocketAddress(address.getAddress(), server.getPort());
  }

  /** Whether a client is served, tried by being one. */
  public boolean serving() {
    ManagedChannel channel;
    synchronized (this) {
      channel = self;
    }
    if (channel == null) {
      return false;
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

  @Override
  public synchronized void close() {
    if (server == null) {
      return;
    }
    health.enterTerminalState();
    self.shutdownNow();
    server.shutdown();
    try {
      if (!server.awaitTermination(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    self = null;
    server = null;
  }
}
