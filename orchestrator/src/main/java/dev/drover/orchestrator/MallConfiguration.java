package dev.drover.orchestrator;

import dev.drover.engine.backbone.ArtemisConfig;
import dev.drover.engine.backbone.EmbeddedArtemis;
import dev.drover.engine.backbone.MqttLimits;
import dev.drover.engine.backbone.MqttTls;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.grpc.GrpcLimits;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.engine.schema.Schemas;
import dev.drover.engine.start.CertificateConditions;
import dev.drover.engine.time.ClockWatch;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.beacon.BeaconMqttAccess;
import dev.drover.orchestrator.beacon.ShutOutBeacons;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.CentralBreaker;
import dev.drover.orchestrator.central.CentralCalls;
import dev.drover.orchestrator.central.CentralClock;
import dev.drover.orchestrator.central.CentralContact;
import dev.drover.orchestrator.central.CentralHttp;
import dev.drover.orchestrator.central.CentralKeys;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.central.CentralOutcomes;
import dev.drover.orchestrator.central.CentralReads;
import dev.drover.orchestrator.central.CentralStream;
import dev.drover.orchestrator.central.MallRegistration;
import dev.drover.orchestrator.central.StreamLosses;
import dev.drover.orchestrator.event.EventCheck;
import dev.drover.orchestrator.event.EventMetrics;
import dev.drover.orchestrator.event.EventSteps;
import dev.drover.orchestrator.keys.Rekey;
import dev.drover.orchestrator.mall.FirmwareDirectory;
import dev.drover.orchestrator.mall.Heartbeat;
import dev.drover.orchestrator.mall.Housekeeping;
import dev.drover.orchestrator.mall.MallChecks;
import dev.drover.orchestrator.mall.MallFigures;
import dev.drover.orchestrator.mall.MallHealth;
import dev.drover.orchestrator.mall.MallIdentity;
import dev.drover.orchestrator.mall.MallMqttAccess;
import dev.drover.orchestrator.mall.MallState;
import dev.drover.orchestrator.store.AckQueue;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.store.SealedStore;
import dev.drover.orchestrator.store.StoreOutcomes;
import dev.drover.orchestrator.sync.MallDataOperations;
import dev.drover.orchestrator.uplink.UplinkStore;
import dev.drover.proto.navign.RegisterRequest;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.util.StringUtils;

/** The parts of a mall, by the names that its routes use. */
@Configuration(proxyBeanMethods = false)
class MallConfiguration {
  private static final String SEALING_KEY = "mall-store";

  /**
   * What this mall can do, not what the protocol knows: tasks and firmware come with their flows.
   */
  private static final List<String> CAPABILITIES = List.of("beacon_management");

  /** The doors of the mall besides its data port: gRPC, and MQTT unless others run the broker. */
  record Doors(GrpcPort grpc, Optional<EmbeddedArtemis> broker, CompletableFuture<?> brokerStart)
      implements AutoCloseable {
    /** Opens gRPC and waits for the broker, which starts while the rest of the mall does. */
    void open() {
      grpc.listen();
      brokerStart.join();
    }

    @Override
    public void close() {
      broker.ifPresent(EmbeddedArtemis::close);
    }
  }

  /** The stream's client must not wait for a token while the mall stops. */
  record LinkCloser(CentralLink link) {
    @EventListener(ContextClosedEvent.class)
    void close() {
      link.close();
    }
  }

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
  Sealer sealer(KeyProvider keys) {
    return Rekey.sealer(keys, SEALING_KEY);
  }

  @Bean
  Rekey rekey(KeyProvider keys, Sealer sealer, List<SealedStore> stores, Clock clock) {
    return new Rekey(keys, SEALING_KEY, sealer, stores, clock);
  }

  @Bean
  EntityCache entityCache(OrchestratorProperties properties, Sealer sealer, Clock clock) {
    return new EntityCache(
        properties.data().resolve("cache.db"), properties.entityId(), sealer, clock);
  }

  @Bean
  StoreOutcomes storeOutcomes(
      OrchestratorProperties properties, Conditions conditions, Ticker ticker) {
    return new StoreOutcomes(properties.data().resolve("mall.db"), conditions, ticker);
  }

  @Bean
  MallStore mallStore(
      OrchestratorProperties properties, Sealer sealer, Clock clock, StoreOutcomes outcomes) {
    MallStore store = new MallStore(properties.data().resolve("mall.db"), sealer, clock);
    store.database().heardBy(outcomes);
    return store;
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
  StreamLosses streamLosses() {
    return new StreamLosses();
  }

  @Bean
  CentralStream centralStream(
      CentralLink link,
      MallStore store,
      StreamLosses losses,
      MallIdentity identity,
      Conditions conditions) {
    return new CentralStream(link, store, losses, identity.entityId(), conditions);
  }

  @Bean
  AckQueue ackQueue(MallStore store, CentralLink link, Clock clock) {
    return new AckQueue(store.database(), link::connected, clock);
  }

  @Bean
  EventSteps eventSteps(MallStore store, AckQueue acks, CentralContact contact) {
    return new EventSteps(store, acks, contact);
  }

  @Bean
  EventCheck eventCheck(Schemas schemas, MallIdentity identity) {
    return new EventCheck(schemas, identity.entityId());
  }

  @Bean
  EventMetrics eventMetrics(MeterRegistry registry) {
    return new EventMetrics(registry);
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
  GrpcPort grpcPort(OrchestratorProperties properties, ByteBudget budget) {
    Optional<GrpcPort.Tls> tls =
        properties
            .tls()
            .files((chain, key) -> new GrpcPort.Tls(chain, key, Optional.empty(), false));
    return new GrpcPort(
        new GrpcPort.Settings(
            properties.bind(),
            properties.grpcPort(),
            tls,
            properties.grpcReflection(),
            GrpcLimits.small()),
        budget);
  }

  @Bean
  Doors doors(
      GrpcPort grpc,
      OrchestratorProperties properties,
      KeyProvider keys,
      BeaconMqttAccess beacons,
      ShutOutBeacons revocations,
      ByteBudget budget,
      Conditions conditions) {
    if (StringUtils.hasText(properties.mqtt().url())) {
      return new Doors(grpc, Optional.empty(), CompletableFuture.completedFuture(null));
    }
    EmbeddedArtemis broker =
        new EmbeddedArtemis(
            new ArtemisConfig(
                properties.data().resolve("mqtt"),
                properties.plainBind(),
                properties.mqtt().port(),
                mqttTls(properties),
                Duration.ofDays(30),
                MqttLimits.of(
                    properties.mqtt().maxPacketBytes(),
                    properties.mqtt().maxConnections(),
                    properties.mqtt().maxConnectionsPerAddress())),
            new MallMqttAccess(keys.secret(MallMqttAccess.SECRET), beacons),
            budget,
            conditions);
    revocations.onRevoked(broker::disconnect);
    return new Doors(grpc, Optional.of(broker), CompletableFuture.runAsync(broker::start));
  }

  private static Optional<MqttTls> mqttTls(OrchestratorProperties properties) {
    return properties
        .tls()
        .files(
            (chain, key) ->
                new MqttTls(
                    properties.bind(),
                    properties.mqtt().tlsPort(),
                    chain,
                    key,
                    Optional.empty(),
                    false));
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
}
