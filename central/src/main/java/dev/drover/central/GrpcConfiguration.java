package dev.drover.central;

import dev.drover.engine.grpc.GrpcLimits;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.engine.grpc.GrpcServices;
import dev.drover.engine.guard.Authenticator;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.grpc.appendix.AppendixProto;
import dev.drover.proto.grpc.navign.SyncProto;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** The gRPC port: two services for the routes to serve, listening once they run. */
@Configuration(proxyBeanMethods = false)
class GrpcConfiguration {
  @Bean
  GrpcServices grpcServices(Clock clock, ByteBudget budget, Authenticator authenticator) {
    return new GrpcServices(
        clock,
        budget,
        authenticator::verify,
        SyncProto.getDescriptor().findServiceByName("OrchestratorSync"),
        AppendixProto.getDescriptor().findServiceByName("OrchestratorSync"));
  }

  @Bean
  GrpcPort grpcPort(GrpcServices services, CentralProperties properties) {
    CentralProperties.Grpc settings = properties.grpc();
    return new GrpcPort(
        new GrpcPort.Settings(
            properties.bind(),
            settings.port(),
            tls(settings.tls()),
            settings.reflection(),
            GrpcLimits.usual()
                .with(
                    settings.maxCallsPerConnection(),
                    settings.maxConnections(),
                    settings.maxConnectionsPerAddress())),
        services);
  }

  private static Optional<GrpcPort.Tls> tls(CentralProperties.GrpcTls tls) {
    if (!tls.on()) {
      return Optional.empty();
    }
    Optional<Path> authority =
        tls.clientAuthority().isBlank()
            ? Optional.empty()
            : Optional.of(Path.of(tls.clientAuthority()));
    return Optional.of(
        new GrpcPort.Tls(
            Path.of(tls.certificate()), Path.of(tls.key()), authority, tls.clientsMust()));
  }

  /** Before the data port, whose health says that all is open. */
  @Bean
  @Order(0)
  ApplicationRunner callsWhenRoutesRun(GrpcPort port) {
    return arguments -> port.listen();
  }
}
