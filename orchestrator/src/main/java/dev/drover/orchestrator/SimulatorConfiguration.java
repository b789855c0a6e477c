package dev.drover.orchestrator;

import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.orchestrator.simulator.DataChanger;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;

/** The parts of the simulated mall. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "drover.bundle", havingValue = "simulator")
class SimulatorConfiguration {
  private static final Duration TOKEN_LIFETIME = Duration.ofHours(1);
  private static final String CENTRAL_KEY = "central-token";

  @Bean
  DataChanger dataChanger(OrchestratorProperties properties, Clock clock) {
    return new DataChanger(tokens(properties, clock), new Random(), clock);
  }

  /** A given token, or one made with the key of a central on this machine, or none. */
  private static Supplier<Optional<String>> tokens(OrchestratorProperties properties, Clock clock) {
    String given = properties.simulator().token();
    String keys = properties.simulator().centralKeys();
    if (StringUtils.hasText(given) || !StringUtils.hasText(keys)) {
      return () -> Optional.of(given).filter(StringUtils::hasText);
    }
    TokenIssuer issuer =
        new TokenIssuer(new FileKeyProvider(Path.of(keys)).signing(CENTRAL_KEY), clock);
    Grant grant = new Grant("simulator", Role.OPERATOR, properties.entityId());
    return () -> Optional.of(issuer.issue(grant, TOKEN_LIFETIME).value());
  }
}
