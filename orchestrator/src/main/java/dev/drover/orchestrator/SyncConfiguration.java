package dev.drover.orchestrator;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.mqttbatch.MqttConnection;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.MallConfiguration.Doors;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.CentralContact;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.mall.MallIdentity;
import dev.drover.orchestrator.store.AckQueue;
import dev.drover.orchestrator.store.Edits;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.store.Untold;
import dev.drover.orchestrator.sync.AffectedBeacons;
import dev.drover.orchestrator.sync.Agreement;
import dev.drover.orchestrator.sync.BucketRepair;
import dev.drover.orchestrator.sync.ChecksumReads;
import dev.drover.orchestrator.sync.DataUpdate;
import dev.drover.orchestrator.sync.DeltaBudget;
import dev.drover.orchestrator.sync.DeltaSync;
import dev.drover.orchestrator.sync.DeviceNotices;
import dev.drover.orchestrator.sync.EdgeEdits;
import dev.drover.orchestrator.sync.EditSender;
import dev.drover.orchestrator.sync.EntityReads;
import dev.drover.orchestrator.sync.FullSync;
import dev.drover.orchestrator.sync.MallDataOperations;
import dev.drover.orchestrator.sync.MallView;
import dev.drover.orchestrator.sync.SyncMetrics;
import dev.drover.orchestrator.sync.SyncPlan;
import dev.drover.orchestrator.sync.VerifySync;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.apache.camel.Ordered;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Component;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Configuration;
import org.apache.camel.spi.ComponentCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The parts of a mall's data sync, by the names that its routes use. */
@Configuration(proxyBeanMethods = false)
class SyncConfiguration {
  /** How the mall's own process reaches the mall's broker: the embedded one, or that of others. */
  @Bean
  ComponentCustomizer mallBroker(MqttConnection uplinkBroker) {
    // After the starter's own customizer, which sets its default.
    return ComponentCustomizer.builder(PahoMqtt5Component.class)
        .withOrder(Ordered.LOWEST)
        .build(
            component -> {
              PahoMqtt5Configuration broker = component.getConfiguration();
              broker.setBrokerUrl(uplinkBroker.url());
              if (!uplinkBroker.user().isEmpty()) {
                broker.setUserName(uplinkBroker.user());
                broker.setPassword(uplinkBroker.password());
              }
            });
  }

  @Bean
  CentralContact centralContact(
      MallStore store, OrchestratorProperties properties, Clock clock, Ticker ticker) {
    return new CentralContact(store, properties.sync().fullAfter(), clock, ticker);
  }

  @Bean
  Untold untold(MallStore store) {
    return new Untold(store);
  }

  @Bean
  Edits edits(MallStore store, Clock clock) {
    return new Edits(store, clock);
  }

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
  DataUpdate dataUpdate(EntityCache cache, AckQueue acks) {
    return new DataUpdate(cache, acks);
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

  @Bean
  MallView entityView(EntityCache cache, Edits edits) {
    return new MallView(cache, edits);
  }

  @Bean
  EntityReads entityReads(
      MallView view, CentralContact contact, CentralLink link, MallIdentity identity) {
    return new EntityReads(view, contact, link::connected, identity.entityId());
  }

  @Bean
  EditSender editSender(Edits edits, MallView view, SyncPlan plan, MallIdentity identity) {
    return new EditSender(edits, view, plan, identity.entityId());
  }

  @Bean
  EdgeEdits edgeEdits(MallView view, EntityReads reads, Edits edits, EditSender sender) {
    return new EdgeEdits(view, reads, edits, sender);
  }

  @Bean
  MallDataOperations syncOperations(EntityCache cache, MallStore store, Edits edits) {
    return new MallDataOperations(cache, store, edits);
  }

  @Bean
  ChecksumReads checksumReads(EntityCache cache, MallIdentity identity, Clock clock) {
    return new ChecksumReads(cache, identity.entityId(), clock);
  }
}
