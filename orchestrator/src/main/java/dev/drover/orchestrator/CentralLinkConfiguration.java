package dev.drover.orchestrator;

import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.schema.Schemas;
import dev.drover.engine.start.CertificateConditions;
import dev.drover.engine.time.ClockWatch;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.central.CentralBreaker;
import dev.drover.orchestrator.central.CentralCalls;
import dev.drover.orchestrator.central.CentralClock;
import dev.drover.orchestrator.central.CentralContact;
import dev.drover.orchestrator.central.CentralHttp;
import dev.drover.orchestrator.central.CentralKeys;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.central.CentralOutcomes;
import dev.drover.orchestrator.central.CentralReads;
import dev.drover.orchestrator.mall.MallIdentity;
import dev.drover.orchestrator.registration.MallRegistration;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.proto.navign.RegisterRequest;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/** How the mall reaches central, and how it is let in. */
@Configuration(proxyBeanMethods = false)
class CentralLinkConfiguration {
  /**
   * What this mall can do, not what the protocol knows: tasks and firmware come with their flows.
   */
  private static final List<String> CAPABILITIES = List.of("beacon_management");

  /** The stream's client must not wait for a token while the mall stops. */
  record LinkCloser(CentralLink link) {
    @EventListener(ContextClosedEvent.class)
    void close() {
      link.close();
    }
  }

  @Bean
  CentralClock centralClock(Clock clock, Ticker ticker, Conditions conditions, ClockWatch watch) {
    CentralClock central = new CentralClock(clock, ticker, conditions);
    // Central has kept events as long as its own clock says.
    watch.atMost(central::now);
    return central;
  }

  @Bean
  CentralLink centralLink(
      MallStore store, OrchestratorProperties properties, CentralClock central) {
    return new CentralLink(store, properties.registration().refreshBefore(), central);
  }

  @Bean
  LinkCloser linkCloser(CentralLink link) {
    return new LinkCloser(link);
  }

  @Bean
  CentralCalls centralCalls(
      CentralLink link,
      CentralOutcomes outcomes,
      CentralClock centralClock,
      Schemas schemas,
      MallIdentity identity,
      OrchestratorProperties properties,
      Clock clock) {
    return new CentralCalls(
        link,
        outcomes,
        schemas,
        identity.entityId(),
        properties.central().limits(),
        centralClock,
        clock);
  }

  @Bean
  CentralHttp centralHttp(OrchestratorProperties properties, CertificateConditions certificates) {
    return new CentralHttp(properties.central().limits(), certificates::shows);
  }

  /** The one of the flow that calls central. */
  @Bean
  CircuitBreaker centralBreaker(
      OrchestratorProperties properties, Ticker ticker, Conditions conditions) {
    return CentralBreaker.of(
        properties.central().breakerFailures(),
        properties.central().breakerPause(),
        ticker,
        conditions);
  }

  @Bean
  CentralReads centralReads(OrchestratorProperties properties) {
    return new CentralReads(properties.central().readRetries());
  }

  @Bean
  MallRegistration registration(
      CentralLink link,
      MallStore store,
      MallIdentity identity,
      OrchestratorProperties properties,
      KeyProvider keys,
      CentralClock central,
      Ticker ticker) {
    Duration heartbeat = properties.heartbeat().interval();
    RegisterRequest request =
        new RegisterRequest(
            identity.entityId(),
            identity.orchestratorId(),
            identity.version(),
            CAPABILITIES,
            "",
            Math.toIntExact(Math.max(1, heartbeat.toSeconds())),
            properties.reachableUrl());
    return new MallRegistration(
        link,
        store,
        request,
        keys.signing("orchestrator"),
        properties.events().backoff(),
        central,
        ticker);
  }

  @Bean
  CentralKeys centralKeys(
      MallStore store,
      CentralLink link,
      CentralOutcomes outcomes,
      OrchestratorProperties properties,
      Ticker ticker) {
    return new CentralKeys(
        store, link::connected, outcomes, properties.central().keysInterval(), ticker);
  }

  @Bean
  CentralContact centralContact(
      MallStore store, OrchestratorProperties properties, Clock clock, Ticker ticker) {
    return new CentralContact(store, properties.sync().fullAfter(), clock, ticker);
  }
}
