package dev.drover.orchestrator;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.DoorsConfiguration.Doors;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.mall.MallIdentity;
import dev.drover.orchestrator.store.AckQueue;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.store.Untold;
import dev.drover.orchestrator.sync.Agreement;
import dev.drover.orchestrator.sync.DeltaBudget;
import dev.drover.orchestrator.sync.SyncMetrics;
import dev.drover.orchestrator.sync.SyncPlan;
import dev.drover.orchestrator.sync.delta.AffectedBeacons;
import dev.drover.orchestrator.sync.delta.DeltaSync;
import dev.drover.orchestrator.sync.delta.DeviceNotices;
import dev.drover.orchestrator.sync.full.FullSync;
import dev.drover.orchestrator.sync.verify.BucketRepair;
import dev.drover.orchestrator.sync.verify.VerifySync;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The parts of a mall's data sync: the plan, and the flows that it begins. */
@Configuration(proxyBeanMethods = false)
class SyncConfiguration {
  @Bean
  DeltaBudget deltaBudget(OrchestratorProperties properties, Ticker ticker) {
    return new DeltaBudget(
        properties.sync().deltasPerMinute(), properties.sync().debounce(), ticker);
  }

  @Bean
  SyncPlan syncPlan(
      EntityCache cache,
      MallStore store,
      AckQueue acks,
      Untold untold,
      DeltaBudget budget,
      CentralLink link,
      Doors doors,
      OrchestratorProperties properties,
      Ticker ticker) {
    // The devices are told of each sync, so the mall's own broker must have had time to start.
    return new SyncPlan(
        cache,
        store,
        acks,
        untold,
        budget,
        () -> link.connected() && link.token().isPresent() && doors.brokerStart().isDone(),
        new SyncPlan.Settings(properties.sync().verifyInterval(), properties.events().backoff()),
        ticker);
  }

  @Bean
  Agreement agreement(Conditions conditions) {
    return new Agreement(conditions);
  }

  @Bean
  SyncMetrics syncMetrics(MeterRegistry registry) {
    return new SyncMetrics(registry);
  }

  @Bean
  AffectedBeacons affectedBeacons(EntityCache cache) {
    return new AffectedBeacons(cache);
  }

  @Bean
  FullSync fullSync(
      EntityCache cache,
      MallStore store,
      Untold untold,
      AffectedBeacons affected,
      SyncPlan plan,
      Agreement agreement,
      SyncMetrics metrics,
      MallIdentity identity,
      OrchestratorProperties properties) {
    return new FullSync(
        cache,
        store,
        untold,
        affected,
        plan,
        agreement,
        metrics,
        identity.entityId(),
        properties.sync().page(),
        properties.central().maxItem());
  }

  @Bean
  DeltaSync deltaSync(
      EntityCache cache,
      AckQueue acks,
      Untold untold,
      AffectedBeacons affected,
      DeltaBudget budget,
      SyncPlan plan,
      SyncMetrics metrics,
      MallIdentity identity,
      OrchestratorProperties properties) {
    return new DeltaSync(
        cache,
        acks,
        untold,
        affected,
        budget,
        plan,
        metrics,
        identity.entityId(),
        properties.sync().limit(),
        properties.central().maxItem());
  }

  @Bean
  DeviceNotices deviceNotices(
      Untold untold, AffectedBeacons affected, EntityCache cache, MallIdentity identity) {
    return new DeviceNotices(untold, affected, cache, identity.entityId());
  }

  @Bean
  VerifySync verifySync(
      EntityCache cache,
      SyncPlan plan,
      Agreement agreement,
      SyncMetrics metrics,
      MallIdentity identity,
      Clock clock) {
    return new VerifySync(cache, plan, agreement, metrics, identity.entityId(), clock);
  }

  @Bean
  BucketRepair bucketRepair(
      EntityCache cache,
      Untold untold,
      AffectedBeacons affected,
      SyncPlan plan,
      SyncMetrics metrics,
      MallIdentity identity) {
    return new BucketRepair(cache, untold, affected, plan, metrics, identity.entityId());
  }
}
