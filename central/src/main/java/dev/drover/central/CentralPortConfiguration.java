package dev.drover.central;

import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.guard.DurableSends;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.http.Contract;
import dev.drover.engine.http.HttpPort;
import dev.drover.engine.limit.ByteBudget;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** The data port: mounted before the routes are made, listening once they run. */
@Configuration(proxyBeanMethods = false)
class CentralPortConfiguration {
  private static final int EVENT_LOOPS = 2;

  @Bean(destroyMethod = "")
  Vertx vertx() {
    return Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  }

  @Bean
  Contract contract(CentralProperties properties) {
    Path contracts = properties.homeDirectory().resolve("proto/openapi");
    return Contract.of(
        List.of(contracts.resolve("central.yaml"), contracts.resolve("central-streams.yaml")));
  }

  @Bean
  ContractNet contractNet(Contract contract, Conditions conditions, MeterRegistry registry) {
    return new ContractNet(
        contract.doors(),
        Optional.empty(),
        conditions,
        operation ->
            registry.counter("drover.contract.broken", "operation", operation).increment());
  }

  @Bean
  DurableSends durableSends() {
    return new DurableSends();
  }

  @Bean
  HttpPort httpPort(
      Vertx vertx,
      CentralProperties properties,
      Contract contract,
      ByteBudget budget,
      TokenVerifier tokens,
      Clock clock) {
    CentralProperties.Tls tls = properties.tls();
    Optional<HttpPort.Tls> certificate =
        tls.on()
            ? Optional.of(new HttpPort.Tls(Path.of(tls.certificate()), Path.of(tls.key())))
            : Optional.empty();
    return new HttpPort(
        vertx,
        new HttpPort.Settings(
            List.of(new HttpPort.Door(properties.bind(), properties.port(), certificate)),
            EVENT_LOOPS,
            properties.http(),
            properties.cors().allowedOrigins()),
        contract,
        budget,
        Optional.of(tokens),
        clock);
  }

  @Bean
  CamelContextConfiguration mountBeforeRoutesRun(HttpPort port, BackboneConfiguration.Kafka kafka) {
    return new CamelContextConfiguration() {
      @Override
      public void beforeApplicationStart(CamelContext camel) {
        port.mount(camel);
        kafka.ready().join();
      }

      @Override
      public void afterApplicationStart(CamelContext camel) {
        // Camel logs what fails here and goes on, so the ports are opened by a runner
      }
    };
  }

  /** What a runner throws ends the start. */
  @Bean
  @Order(Ordered.LOWEST_PRECEDENCE)
  ApplicationRunner listenWhenRoutesRun(HttpPort port) {
    return arguments -> port.listen();
  }
}
