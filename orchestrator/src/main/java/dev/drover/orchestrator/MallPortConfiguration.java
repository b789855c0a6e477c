package dev.drover.orchestrator;

import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.guard.Deliveries;
import dev.drover.engine.guard.DurableSends;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.http.Contract;
import dev.drover.engine.http.HttpPort;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.orchestrator.MallConfiguration.Doors;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The data port of a bundle: mounted before the routes are made, listening once they run. */
@Configuration(proxyBeanMethods = false)
class MallPortConfiguration {
  private static final int EVENT_LOOPS = 1;
  private static final int WORKERS = 8;

  @Bean(destroyMethod = "")
  Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions().setEventLoopPoolSize(2 * EVENT_LOOPS).setWorkerPoolSize(WORKERS));
  }

  @Bean
  Contract contract(OrchestratorProperties properties) {
    return Contract.of(
        List.of(properties.home().resolve("proto/openapi").resolve(properties.bundle() + ".yaml")));
  }

  /** A process of one entity: an answer about another one leaves no door. */
  @Bean
  ContractNet contractNet(
      Contract contract,
      OrchestratorProperties properties,
      Conditions conditions,
      MeterRegistry registry) {
    return new ContractNet(
        contract.doors(),
        Optional.of(properties.entityId()),
        conditions,
        operation ->
            registry.counter("drover.contract.broken", "operation", operation).increment());
  }

  @Bean
  DurableSends durableSends() {
    return new DurableSends();
  }

  @Bean("deliveries")
  Deliveries deliveries() {
    return new Deliveries();
  }

  @Bean
  HttpPort httpPort(
      Vertx vertx,
      OrchestratorProperties properties,
      Contract contract,
      ByteBudget budget,
      TokenVerifier tokens,
      Clock clock) {
    List<HttpPort.Door> doors = new ArrayList<>();
    doors.add(new HttpPort.Door(properties.plainBind(), properties.port(), Optional.empty()));
    properties
        .tls()
        .files(HttpPort.Tls::new)
        .map(tls -> new HttpPort.Door(properties.bind(), properties.httpsPort(), Optional.of(tls)))
        .ifPresent(doors::add);
    return new HttpPort(
        vertx,
        new HttpPort.Settings(
            doors, EVENT_LOOPS, properties.http(), properties.cors().allowedOrigins()),
        contract,
        budget,
        Optional.of(tokens),
        clock);
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

  /** What a runner throws ends the start. */
  @Bean
  ApplicationRunner listenWhenRoutesRun(HttpPort port, ObjectProvider<Doors> doors) {
    return arguments -> {
      doors.ifAvailable(Doors::open);
      port.listen();
    };
  }
}
