package dev.drover.orchestrator;

import dev.drover.engine.backbone.ArtemisConfig;
import dev.drover.engine.backbone.EmbeddedArtemis;
import dev.drover.engine.backbone.MqttLimits;
import dev.drover.engine.backbone.MqttTls;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.grpc.GrpcLimits;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.engine.mqttbatch.MqttConnection;
import dev.drover.orchestrator.beacon.BeaconMqttAccess;
import dev.drover.orchestrator.beacon.ShutOutBeacons;
import dev.drover.orchestrator.mall.MallMqttAccess;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Ordered;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Component;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Configuration;
import org.apache.camel.spi.ComponentCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;

/** The mall's doors besides its data port: gRPC and MQTT. */
@Configuration(proxyBeanMethods = false)
class DoorsConfiguration {
  /** The doors of the mall besides its data port: gRPC, and MQTT unless others run the broker. */
  record Doors(GrpcPort grpc, Optional<EmbeddedArtemis> broker, CompletableFuture<?> brokerStart)
      implements AutoCloseable {
    /** Opens gRPC and waits for the broker, which starts while the rest of the mall does. */
    void open() {
      grpc.listen();
      brokerStart.join();
    }

    @Override
    public void close() {
      broker.ifPresent(EmbeddedArtemis::close);
    }
  }

  @Bean
  GrpcPort grpcPort(OrchestratorProperties properties, ByteBudget budget) {
    Optional<GrpcPort.Tls> tls =
        properties
            .tls()
            .files((chain, key) -> new GrpcPort.Tls(chain, key, Optional.empty(), false));
    return new GrpcPort(
        new GrpcPort.Settings(
            properties.bind(),
            properties.grpcPort(),
            tls,
            properties.grpcReflection(),
            GrpcLimits.small()),
        budget);
  }

  @Bean
  Doors doors(
      GrpcPort grpc,
      OrchestratorProperties properties,
      KeyProvider keys,
      BeaconMqttAccess beacons,
      ShutOutBeacons revocations,
      ByteBudget budget,
      Conditions conditions) {
    if (StringUtils.hasText(properties.mqtt().url())) {
      return new Doors(grpc, Optional.empty(), CompletableFuture.completedFuture(null));
    }
    EmbeddedArtemis broker =
        new EmbeddedArtemis(
            new ArtemisConfig(
                properties.data().resolve("mqtt"),
                properties.plainBind(),
                properties.mqtt().port(),
                mqttTls(properties),
                Duration.ofDays(30),
                MqttLimits.of(
                    properties.mqtt().maxPacketBytes(),
                    properties.mqtt().maxConnections(),
                    properties.mqtt().maxConnectionsPerAddress())),
            new MallMqttAccess(keys.secret(MallMqttAccess.SECRET), beacons),
            budget,
            conditions);
    revocations.onRevoked(broker::disconnect);
    return new Doors(grpc, Optional.of(broker), CompletableFuture.runAsync(broker::start));
  }

  private static Optional<MqttTls> mqttTls(OrchestratorProperties properties) {
    return properties
        .tls()
        .files(
            (chain, key) ->
                new MqttTls(
                    properties.bind(),
                    properties.mqtt().tlsPort(),
                    chain,
                    key,
                    Optional.empty(),
                    false));
  }

  /** How the mall's own process reaches the mall's broker: the embedded one, or that of others. */
  @Bean
  ComponentCustomizer mallBroker(MqttConnection uplinkBroker) {
    // After the starter's own customizer, which sets its default.
    return ComponentCustomizer.builder(PahoMqtt5Component.class)
        .withOrder(Ordered.LOWEST)
        .build(
            component -> {
              PahoMqtt5Configuration broker = component.getConfiguration();
              broker.setBrokerUrl(uplinkBroker.url());
              if (!uplinkBroker.user().isEmpty()) {
                broker.setUserName(uplinkBroker.user());
                broker.setPassword(uplinkBroker.password());
              }
            });
  }
}
