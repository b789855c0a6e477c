package dev.drover.orchestrator;

import dev.drover.engine.crypto.EnvironmentKeyProvider;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.central.CentralKeys;
import dev.drover.orchestrator.central.CentralOutcomes;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the other parts of a mall need. */
@Configuration(proxyBeanMethods = false)
class CommonConfiguration {
  private static final int TOKENS = 1_000;

  @Bean
  KeyProvider keys(OrchestratorProperties properties) {
    return new EnvironmentKeyProvider(
        System.getenv(), new FileKeyProvider(properties.keysDirectory()));
  }

  /** Without central's keys no token is valid. */
  @Bean
  TokenVerifier tokenVerifier(CentralKeys keys, Clock clock) {
    return new TokenVerifier(keys::current, clock, TOKENS);
  }

  @Bean
  ProtocolLog protocolLog(OrchestratorProperties properties) {
    return new ProtocolLog(properties.entityId(), properties.orchestratorId());
  }

  /** How the calls of central go. */
  @Bean("centralOutcomes")
  CentralOutcomes centralOutcomes(
      Conditions conditions, Ticker ticker, OrchestratorProperties properties) {
    Duration first = properties.uplink().retryDelay();
    return new CentralOutcomes(
        conditions,
        ticker,
        properties.events().backoff(),
        IntStream.of(1, 2, 4, 8, 16).mapToObj(first::multipliedBy).toList(),
        () -> ThreadLocalRandom.current().nextDouble());
  }
}
