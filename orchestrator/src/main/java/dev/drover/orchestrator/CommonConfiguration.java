package dev.drover.orchestrator;

import com.nimbusds.jose.jwk.JWKSet;
import dev.drover.engine.crypto.EnvironmentKeyProvider;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.Authenticator;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.health.ClockConditions;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.http.ErrorRenderer;
import dev.drover.engine.limit.BodyRoom;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.engine.limit.HeapWatchdog;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.log.StepRecorder;
import dev.drover.engine.schema.Schemas;
import dev.drover.engine.time.ClockWatch;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.central.CentralKeys;
import dev.drover.orchestrator.central.CentralOutcomes;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What every bundle needs. */
@Configuration(proxyBeanMethods = false)
class CommonConfiguration {
  private static final int TOKENS = 1_000;

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  Ticker ticker() {
    return Ticker.SYSTEM;
  }

  @Bean("conditions")
  Conditions conditions(Clock clock) {
    return new Conditions(clock);
  }

  @Bean("clockWatch")
  ClockWatch clockWatch(Clock clock, Ticker ticker, Conditions conditions) {
    return ClockConditions.watch(clock, ticker, conditions);
  }

  @Bean
  ByteBudget byteBudget(@Value("${drover.limits.memory}") long bytes) {
    return ByteBudget.of(bytes);
  }

  @Bean
  BodyRoom bodyRoom(ByteBudget budget) {
    return new BodyRoom(budget);
  }

  /** Ends the process when its heap stays full. */
  @Bean
  HeapWatchdog heapWatchdog(
      @Value("${drover.memory.full-after}") Duration fullAfter,
      @Value("${drover.memory.full-percent}") int percent) {
    return HeapWatchdog.start(new HeapWatchdog.Settings(fullAfter, percent));
  }

  @Bean
  KeyProvider keys(OrchestratorProperties properties) {
    return new EnvironmentKeyProvider(
        System.getenv(), new FileKeyProvider(properties.keysDirectory()));
  }

  /** Without central's keys no token is valid. */
  @Bean
  TokenVerifier tokenVerifier(ObjectProvider<CentralKeys> keys, Clock clock) {
    CentralKeys central = keys.getIfAvailable();
    JWKSet none = new JWKSet();
    return new TokenVerifier(() -> central == null ? none : central.current(), clock, TOKENS);
  }

  @Bean
  Authenticator authenticator(TokenVerifier tokens) {
    return new Authenticator(tokens);
  }

  @Bean
  Authoriser authoriser() {
    return new Authoriser();
  }

  @Bean
  Schemas schemas(OrchestratorProperties properties) {
    return new Schemas(properties.home().resolve("proto/schemas"));
  }

  @Bean
  ErrorRenderer errorRenderer(Clock clock) {
    return new ErrorRenderer(clock);
  }

  /** A development aid: which steps of the flows ran, for the coverage test. */
  @Bean
  @ConditionalOnProperty("drover.step-log")
  StepRecorder stepRecorder(@Value("${drover.step-log}") Path file) {
    return new StepRecorder(file);
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
