package dev.drover.process;

import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.guard.DurableSends;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.http.Contract;
import dev.drover.engine.http.HttpPort;
import dev.drover.engine.limit.ByteBudget;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** The data port: mounted before the routes are made, listening once they run. */
@Configuration(proxyBeanMethods = false)
class DataPortConfiguration {
  @Bean
  Contract contract(@Value("${drover.home}") Path home, Environment settings) {
    return Contract.of(Bundles.contracts(home.toAbsolutePath().normalize(), Bundles.on(settings)));
  }

  /** For a process of one entity: an answer about another one leaves no door. */
  @Bean
  ContractNet contractNet(
      Contract contract, DataPort port, Conditions conditions, MeterRegistry registry) {
    return new ContractNet(
        contract.doors(),
        port.entity(),
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
      DataPort port,
      Contract contract,
      ByteBudget budget,
      TokenVerifier tokens,
      Clock clock) {
    return new HttpPort(vertx, port.settings(), contract, budget, Optional.of(tokens), clock);
  }

  @Bean
  CamelContextConfiguration mountBeforeRoutesRun(HttpPort port) {
    return new CamelContextConfiguration() {
      @Override
      public void beforeApplicationStart(CamelContext camel) {
        port.mount(camel);
      }

      @Override
      public void afterApplicationStart(CamelContext camel) {
        // Camel logs what fails here and goes on, so the ports are opened by a runner
      }
    };
  }

  /** What a runner throws ends the start. Last, since its health says that all is open. */
  @Bean
  @Order(Ordered.LOWEST_PRECEDENCE)
  ApplicationRunner listenWhenRoutesRun(HttpPort port) {
    return arguments -> port.listen();
  }
}
