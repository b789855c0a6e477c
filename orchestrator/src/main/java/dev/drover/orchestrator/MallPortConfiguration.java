package dev.drover.orchestrator;

import dev.drover.engine.guard.Deliveries;
import dev.drover.engine.http.HttpPort;
import dev.drover.orchestrator.DoorsConfiguration.Doors;
import dev.drover.process.DataPort;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** The mall's data port: a plain door, and one with TLS when there is a certificate. */
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
  DataPort dataPort(OrchestratorProperties properties) {
    List<HttpPort.Door> doors = new ArrayList<>();
    doors.add(new HttpPort.Door(properties.plainBind(), properties.port(), Optional.empty()));
    properties
        .tls()
        .files(HttpPort.Tls::new)
        .map(tls -> new HttpPort.Door(properties.bind(), properties.httpsPort(), Optional.of(tls)))
        .ifPresent(doors::add);
    return new DataPort(
        new HttpPort.Settings(
            doors, EVENT_LOOPS, properties.http(), properties.cors().allowedOrigins()),
        Optional.of(properties.entityId()));
  }

  @Bean("deliveries")
  Deliveries deliveries() {
    return new Deliveries();
  }

  /** Before the data port, whose health says that all is open. */
  @Bean
  @Order(0)
  ApplicationRunner otherDoorsWhenRoutesRun(Doors doors) {
    return arguments -> doors.open();
  }
}
