package dev.drover.process;

import dev.drover.engine.beans.FlowBeans;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.Authenticator;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.health.ClockConditions;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.http.ErrorRenderer;
import dev.drover.engine.http.OperationFlows;
import dev.drover.engine.limit.BodyRoom;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.engine.limit.HeapWatchdog;
import dev.drover.engine.log.StepRecorder;
import dev.drover.engine.schema.Schemas;
import dev.drover.engine.time.ClockWatch;
import dev.drover.engine.time.Ticker;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.apache.camel.component.rest.openapi.RestOpenApiComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;

/**
 * What every process has, whatever its bundles. They add a {@link TokenVerifier}, a {@link
 * DataPort} and a Vert.x.
 */
@AutoConfiguration
@AutoConfigureOrder(Ordered.HIGHEST_PRECEDENCE)
@Import({DataPortConfiguration.class, LiveFlowsConfiguration.class})
class ProcessConfiguration {
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

  /** What flows name in every process, made without Spring. */
  @Bean
  FlowBeans flowBeans(TokenVerifier tokens, @Value("${drover.home}") Path home, Clock clock) {
    return new FlowBeans(tokens, home.toAbsolutePath().normalize(), clock);
  }

  @Bean
  Authenticator authenticator(FlowBeans beans) {
    return beans.authenticator();
  }

  @Bean
  Authoriser authoriser(FlowBeans beans) {
    return beans.authoriser();
  }

  @Bean
  Schemas schemas(FlowBeans beans) {
    return beans.schemas();
  }

  @Bean
  ErrorRenderer errorRenderer(FlowBeans beans) {
    return beans.errorRenderer();
  }

  /** Operations of one kind share one flow. */
  @Bean
  ComponentCustomizer operationFlows() {
    return ComponentCustomizer.builder(RestOpenApiComponent.class).build(OperationFlows::into);
  }

  /** A development aid: which steps of the flows ran, for the coverage test. */
  @Bean
  @ConditionalOnProperty("drover.step-log")
  StepRecorder stepRecorder(@Value("${drover.step-log}") Path file) {
    return new StepRecorder(file);
  }

  @Bean
  ManagementFilter managementFilter(TokenVerifier tokens, Clock clock) {
    return new ManagementFilter(tokens, clock);
  }
}
