package dev.drover.engine.grpc;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.grpc.appendix.AppendixProto;
import dev.drover.proto.grpc.navign.SyncProto;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** A Camel context with a real gRPC port on loopback and YAML routes, and a channel to it. */
final class GrpcServer implements AutoCloseable {
  private final DefaultCamelContext context = new DefaultCamelContext();
  private final GrpcServices services;
  private final GrpcPort port;
  private final ManagedChannel channel;

  GrpcServer(EventHub hub, Map<String, Object> beans, String routes) throws Exception {
    this(hub, beans, routes, ByteBudget.ofHeap(), authorization -> {}, GrpcLimits.usual());
  }

  GrpcServer(
      EventHub hub,
      Map<String, Object> beans,
      String routes,
      ByteBudget budget,
      GrpcServices.Door door,
      GrpcLimits limits)
      throws Exception {
    services =
        new GrpcServices(
            Clock.systemUTC(),
            budget,
            door,
            SyncProto.getDescriptor().findServiceByName("OrchestratorSync"),
            AppendixProto.getDescriptor().findServiceByName("OrchestratorSync"));
    port =
        new GrpcPort(
            new GrpcPort.Settings("127.0.0.1", 0, Optional.empty(), true, limits), services);
    context.getRegistry().bind("grpcServices", services);
    beans.forEach(context.getRegistry()::bind);
    if (hub != null) {
      context.getRegistry().bind("eventHub", hub);
    }
    PluginHelper.getRoutesLoader(context)
        .loadRoutes(ResourceHelper.fromString("routes.camel.yaml", routes));
    context.getShutdownStrategy().setTimeout(2);
    context.start();
    port.listen();
    channel = channel(port.port()).build();
  }

  static NettyChannelBuilder channel(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext();
  }

  DefaultCamelContext context() {
    return context;
  }

  GrpcPort port() {
    return port;
  }

  GrpcServices services() {
    return services;
  }

  ManagedChannel channel() {
    return channel;
  }

  static Metadata metadata(String... namesAndValues) {
    Metadata metadata = new Metadata();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      metadata.put(
          Metadata.Key.of(namesAndValues[i], Metadata.ASCII_STRING_MARSHALLER),
          namesAndValues[i + 1]);
    }
    return metadata;
  }

  static String trailer(StatusRuntimeException e, String name) {
    return e.getTrailers().get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  static Status.Code code(Throwable e) {
    return Status.fromThrowable(e).getCode();
  }

  @Override
  public void close() throws java.io.IOException {
    channel.shutdownNow();
    context.close();
    port.close();
  }
}
