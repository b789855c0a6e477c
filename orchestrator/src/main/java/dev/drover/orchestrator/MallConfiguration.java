package dev.drover.orchestrator;

import dev.drover.engine.grpc.GrpcPort;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.start.CertificateConditions;
import dev.drover.engine.time.ClockWatch;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.central.CentralOutcomes;
import dev.drover.orchestrator.mall.FirmwareDirectory;
import dev.drover.orchestrator.mall.Heartbeat;
import dev.drover.orchestrator.mall.Housekeeping;
import dev.drover.orchestrator.mall.MallChecks;
import dev.drover.orchestrator.mall.MallDataOperations;
import dev.drover.orchestrator.mall.MallFigures;
import dev.drover.orchestrator.mall.MallHealth;
import dev.drover.orchestrator.mall.MallIdentity;
import dev.drover.orchestrator.mall.MallState;
import dev.drover.orchestrator.store.AckQueue;
import dev.drover.orchestrator.store.Edits;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.store.StoreOutcomes;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;

/** The mall itself: who it is, how it is, and what it tells central about that. */
@Configuration(proxyBeanMethods = false)
class MallConfiguration {
  @Bean
  MallIdentity mallIdentity(OrchestratorProperties properties) {
    require(properties.entityId(), "ENTITY_ID");
    require(properties.orchestratorId(), "ORCHESTRATOR_ID");
    String version = OrchestratorApplication.class.getPackage().getImplementationVersion();
    return new MallIdentity(
        properties.entityId(),
        properties.orchestratorId(),
        version == null ? "development" : version,
        properties.central().url());
  }

  private static void require(String value, String name) {
    if (!StringUtils.hasText(value)) {
      throw new IllegalStateException(name + " is not set");
    }
  }

  @Bean
  FirmwareDirectory firmwareDirectory(OrchestratorProperties properties) {
    return FirmwareDirectory.prepare(
        properties.firmware().directory(), properties.data().resolve("firmware"));
  }

  @Bean
  MallFigures mallFigures(
      OrchestratorProperties properties, FirmwareDirectory firmware, MallStore store) {
    return new MallFigures(properties.data(), firmware.path(), store);
  }

  @Bean
  CertificateConditions certificateConditions(
      OrchestratorProperties properties,
      Conditions conditions,
      Clock clock,
      @Value("${drover.tls.warn-before}") Duration before) {
    return new CertificateConditions(conditions, clock, before)
        .own("drover.tls.certificate", properties.tls().certificate())
        .javaTrust();
  }

  @Bean
  MallChecks mallChecks(
      CentralLink link,
      MallStore store,
      StoreOutcomes outcomes,
      EntityCache cache,
      Conditions conditions,
      UplinkStore uplink,
      GrpcPort grpc,
      CertificateConditions certificates,
      MallFigures figures,
      OrchestratorProperties properties,
      Clock clock) {
    return new MallChecks(
        link,
        store,
        outcomes,
        cache,
        conditions,
        uplink,
        grpc,
        certificates,
        figures,
        properties.health().minFreeMb(),
        clock);
  }

  @Bean("health")
  MallHealth mallHealth(
      MallChecks checks,
      UplinkStore uplink,
      MallFigures figures,
      MallIdentity identity,
      Clock clock) {
    return new MallHealth(checks, uplink, figures, identity, clock);
  }

  @Bean
  Heartbeat heartbeat(
      CentralLink link,
      CentralOutcomes outcomes,
      MallHealth health,
      MallFigures figures,
      MallIdentity identity,
      Clock clock,
      Ticker ticker) {
    return new Heartbeat(link, outcomes, health, figures, identity, clock, ticker);
  }

  @Bean
  MallState mallState(
      MallStore store,
      AckQueue acks,
      UplinkStore uplink,
      CentralLink link,
      MallDataOperations sync,
      MallIdentity identity) {
    return new MallState(store, acks, uplink, link, sync, identity);
  }

  @Bean
  Housekeeping housekeeping(MallStore store, OrchestratorProperties properties, ClockWatch watch) {
    return new Housekeeping(store, properties.events().appliedRetention(), watch.provenClock());
  }

  @Bean
  MallDataOperations syncOperations(EntityCache cache, MallStore store, Edits edits) {
    return new MallDataOperations(cache, store, edits);
  }
}
