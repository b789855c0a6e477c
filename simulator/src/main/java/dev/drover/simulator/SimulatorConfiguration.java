package dev.drover.simulator;

import com.nimbusds.jose.jwk.JWKSet;
import dev.drover.engine.crypto.EnvironmentKeyProvider;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.http.HttpPort;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.time.Ticker;
import dev.drover.process.DataPort;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.SecureSocketProtocolsParameters;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;

/** The parts of the simulated mall. */
@Configuration(proxyBeanMethods = false)
class SimulatorConfiguration {
  private static final Duration TOKEN_LIFETIME = Duration.ofHours(1);
  private static final String CENTRAL_KEY = "central-token";
  private static final int EVENT_LOOPS = 1;
  private static final int WORKERS = 8;
  private static final int TOKENS = 1;

  /** Where an operator's token comes from, if there is one. */
  record OperatorToken(Supplier<Optional<String>> source) implements Supplier<Optional<String>> {
    @Override
    public Optional<String> get() {
      return source.get();
    }
  }

  @Bean(destroyMethod = "")
  Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions().setEventLoopPoolSize(2 * EVENT_LOOPS).setWorkerPoolSize(WORKERS));
  }

  @Bean
  DataPort dataPort(SimulatorProperties properties) {
    return new DataPort(
        new HttpPort.Settings(
            List.of(new HttpPort.Door(properties.bind(), properties.port(), Optional.empty())),
            EVENT_LOOPS,
            properties.http(),
            properties.cors().allowedOrigins()),
        Optional.of(properties.entityId()));
  }

  @Bean
  KeyProvider keys(SimulatorProperties properties) {
    return new EnvironmentKeyProvider(
        System.getenv(), new FileKeyProvider(properties.keysDirectory()));
  }

  /** It has none of central's keys, so no token is valid here. */
  @Bean
  TokenVerifier tokenVerifier(Clock clock) {
    JWKSet none = new JWKSet();
    return new TokenVerifier(() -> none, clock, TOKENS);
  }

  @Bean
  ProtocolLog protocolLog(SimulatorProperties properties) {
    return new ProtocolLog(properties.entityId(), properties.orchestratorId());
  }

  /** TLS towards central: 1.3 and nothing older (section 8.3). */
  @Bean
  ComponentCustomizer centralTls() {
    SecureSocketProtocolsParameters versions = new SecureSocketProtocolsParameters();
    versions.setSecureSocketProtocol(List.of("TLSv1.3"));
    SSLContextParameters parameters = new SSLContextParameters();
    parameters.setSecureSocketProtocols(versions);
    return ComponentCustomizer.builder(HttpComponent.class)
        // With parameters for TLS the component speaks it also where it should not.
        .withCondition((name, component) -> name.equals("https"))
        .build(component -> component.setSslContextParameters(parameters));
  }

  /**
   * The HTTP client to central's entity API: what is sent again, and when, is the routes' decision.
   */
  @Bean
  HttpClientConfigurer centralHttp() {
    return builder ->
        builder.disableAutomaticRetries().disableRedirectHandling().disableCookieManagement();
  }

  @Bean
  OperatorToken operatorToken(SimulatorProperties properties, Clock clock) {
    return new OperatorToken(tokens(properties, clock));
  }

  @Bean
  DataChanger dataChanger(OperatorToken token, Conditions conditions, Clock clock) {
    return new DataChanger(token, new Random(), conditions, clock);
  }

  /** Open before the rest of the simulated mall: the orchestrator may come first. */
  @Bean(initMethod = "open")
  Line line(Vertx vertx, SimulatorProperties properties, Clock clock, Ticker ticker) {
    URI central = URI.create(properties.central().url());
    return new Line(
        vertx, properties.bind(), properties.simulator().linePort(), central, clock, ticker);
  }

  @Bean
  BeaconFleet beaconFleet(
      SimulatorProperties properties, KeyProvider keys, Clock clock, Ticker ticker) {
    return BeaconFleet.of(
        new BeaconFleet.Settings(
            properties.entityId(),
            properties.simulator().beacons(),
            properties.simulator().heartbeatInterval(),
            properties.simulator().beaconPause(),
            properties.simulator().logsPerMinute()),
        keys,
        new Random(),
        clock,
        ticker);
  }

  @Bean
  BeaconRequests beaconRequests(BeaconFleet fleet) {
    return new BeaconRequests(fleet);
  }

  @Bean
  SimulatorOperations simulatorOperations(
      DataChanger operator,
      BeaconFleet fleet,
      Line line,
      OperatorToken token,
      Conditions conditions,
      Clock clock) {
    return new SimulatorOperations(operator, fleet, line, token, conditions, clock);
  }

  /** A given token, or one made with the key of a central on this machine, or none. */
  private static Supplier<Optional<String>> tokens(SimulatorProperties properties, Clock clock) {
    String given = properties.simulator().token();
    String keys = properties.simulator().centralKeys();
    if (StringUtils.hasText(given) || !StringUtils.hasText(keys)) {
      return () -> Optional.of(given).filter(StringUtils::hasText);
    }
    Path key = Path.of(keys).resolve(CENTRAL_KEY + ".pem");
    Grant grant = new Grant("simulator", Role.OPERATOR, properties.entityId());
    // Read each time: central's key changes while it works, and only central makes it.
    return () ->
        Files.exists(key)
            ? Optional.of(
                new TokenIssuer(new FileKeyProvider(Path.of(keys)).signing(CENTRAL_KEY), clock)
                    .issue(grant, TOKEN_LIFETIME)
                    .value())
            : Optional.empty();
  }
}
