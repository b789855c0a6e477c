package dev.drover.central;

import dev.drover.engine.http.HttpPort;
import dev.drover.process.DataPort;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Central's data port: one door, with TLS or without. */
@Configuration(proxyBeanMethods = false)
class CentralPortConfiguration {
  private static final int EVENT_LOOPS = 2;

  @Bean(destroyMethod = "")
  Vertx vertx() {
    return Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
  }

  @Bean
  DataPort dataPort(CentralProperties properties) {
    CentralProperties.Tls tls = properties.tls();
    Optional<HttpPort.Tls> certificate =
        tls.on()
            ? Optional.of(new HttpPort.Tls(Path.of(tls.certificate()), Path.of(tls.key())))
            : Optional.empty();
    return new DataPort(
        new HttpPort.Settings(
            List.of(new HttpPort.Door(properties.bind(), properties.port(), certificate)),
            EVENT_LOOPS,
            properties.http(),
            properties.cors().allowedOrigins()),
        Optional.empty());
  }

  /** Routes that read the event log are made when it is there. */
  @Bean
  CamelContextConfiguration kafkaBeforeRoutesRun(BackboneConfiguration.Kafka kafka) {
    return new CamelContextConfiguration() {
      @Override
      public void beforeApplicationStart(CamelContext camel) {
        kafka.ready().join();
      }

      @Override
      public void afterApplicationStart(CamelContext camel) {
        // nothing more
      }
    };
  }
}
