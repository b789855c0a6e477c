package dev.drover.central;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import dev.drover.central.beacon.AccessLogRequests;
import dev.drover.central.beacon.AccessLogs;
import dev.drover.central.beacon.BeaconOperations;
import dev.drover.central.beacon.BeaconRegistry;
import dev.drover.central.beacon.BeaconRevocations;
import dev.drover.central.beacon.Beacons;
import dev.drover.central.beacon.UploadLedger;
import dev.drover.central.beacon.Uploads;
import dev.drover.central.entity.EntityOperations;
import dev.drover.central.entity.EntityOutbox;
import dev.drover.central.entity.EntityStore;
import dev.drover.central.events.Acknowledgements;
import dev.drover.central.registry.OrchestratorRegistry;
import dev.drover.central.registry.Presence;
import dev.drover.central.registry.Registration;
import dev.drover.central.registry.RegistrationRequests;
import dev.drover.central.security.Audit;
import dev.drover.central.security.OrchestratorRevocations;
import dev.drover.central.security.RevokedStreams;
import dev.drover.central.security.SigningKeys;
import dev.drover.central.store.CentralSchema;
import dev.drover.central.sync.EdgeEditDecisions;
import dev.drover.central.sync.History;
import dev.drover.central.sync.SyncOperations;
import dev.drover.central.sync.SyncTraffic;
import dev.drover.engine.crypto.EnvironmentKeyProvider;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.events.EventHub;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.engine.guard.Idempotency;
import dev.drover.engine.guard.MongoRateWindows;
import dev.drover.engine.guard.RateLimiter;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.migrate.MongoMigrations;
import dev.drover.engine.start.CertificateConditions;
import dev.drover.engine.time.ClockWatch;
import dev.drover.engine.time.Ticker;
import dev.drover.fleet.device.Devices;
import dev.drover.fleet.outbox.EventOutbox;
import dev.drover.fleet.outbox.EventOutbox.Source;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that the routes of central call by name. */
@Configuration(proxyBeanMethods = false)
class CentralConfiguration {
  private static final String TOKEN_KEY = "central-token";
  private static final String ANSWERS_KEY = "central-answers";
  private static final String LOGS_KEY = "central-logs";

  @Bean
  CertificateConditions certificateConditions(
      CentralProperties properties,
      Conditions conditions,
      Clock clock,
      @Value("${drover.tls.warn-before}") Duration before) {
    CentralProperties.GrpcTls grpc = properties.grpc().tls();
    return new CertificateConditions(conditions, clock, before)
        .own("drover.tls.certificate", properties.tls().certificate())
        .own("drover.grpc.tls.certificate", grpc.certificate())
        .trusted("drover.grpc.tls.client-authority", grpc.clientAuthority())
        .javaTrust();
  }

  @Bean
  MongoDatabase database(
      MongoClient mongo, BackboneConfiguration.Mongo server, CentralProperties properties) {
    MongoDatabase database = mongo.getDatabase(properties.mongo().database());
    String store =
        server.embedded().isPresent()
            ? properties.dataDirectory().resolve("mongo/drover.mv").toString()
            : "the database " + database.getName() + " (DATABASE_URL)";
    // before anybody reads it
    new MongoMigrations(database, CentralSchema.MIGRATIONS).migrate(store);
    return database;
  }

  @Bean
  KeyProvider keys(CentralProperties properties) {
    return new EnvironmentKeyProvider(
        System.getenv(), new FileKeyProvider(properties.keysDirectory()));
  }

  @Bean
  Audit audit(MongoDatabase database, Clock clock) {
    return new Audit(database, clock);
  }

  @Bean
  SigningKeys signingKeys(KeyProvider keys, Audit audit) {
    return new SigningKeys(keys, TOKEN_KEY, audit);
  }

  @Bean
  OrchestratorRevocations revocations(
      MongoDatabase database, SigningKeys keys, Audit audit, Clock clock) {
    return new OrchestratorRevocations(database, keys, audit, clock);
  }

  @Bean
  RevokedStreams revokedStreams(EventHub hub, OrchestratorRevocations revocations) {
    return new RevokedStreams(hub, revocations);
  }

  @Bean
  TokenIssuer tokenIssuer(SigningKeys keys, Clock clock) {
    return new TokenIssuer(keys::present, clock);
  }

  @Bean
  TokenKeys tokenKeys(SigningKeys signing, KeyProvider keys) {
    return new TokenKeys(
        signing::jwks, Jwks.encryption((ECPublicKey) keys.signing(LOGS_KEY).getPublic()));
  }

  @Bean
  TokenVerifier tokenVerifier(SigningKeys keys, OrchestratorRevocations revocations, Clock clock) {
    return new TokenVerifier(keys::jwks, revocations, clock);
  }

  @Bean("health")
  CentralHealth health(
      MongoDatabase database,
      EventHub hub,
      GrpcPort grpc,
      Conditions conditions,
      CertificateConditions certificates,
      Clock clock) {
    return new CentralHealth(database, hub, grpc, conditions, certificates, clock);
  }

  @Bean
  RateLimiter rateLimiter(MongoDatabase database, Clock clock) {
    return new RateLimiter(new MongoRateWindows(database, clock));
  }

  @Bean
  Idempotency idempotency(
      MongoDatabase database,
      KeyProvider keys,
      CentralProperties properties,
      Clock clock,
      ClockWatch watch) {
    Sealer sealer = new Sealer(keys.secret(ANSWERS_KEY), keys.olderSecrets(ANSWERS_KEY));
    return new Idempotency(
        database, sealer, properties.idempotency().lease(), clock, watch.provenClock());
  }

  @Bean
  ProtocolLog protocolLog() {
    return new ProtocolLog();
  }

  @Bean
  EntityStore entityStore(MongoDatabase database, Clock clock) {
    return new EntityStore(database, clock);
  }

  @Bean
  EntityOperations entityOperations(EntityStore store) {
    return new EntityOperations(store);
  }

  @Bean
  SyncOperations syncOperations(EntityStore store, MeterRegistry registry) {
    return new SyncOperations(store, new SyncTraffic(registry));
  }

  @Bean
  EdgeEditDecisions edgeEdits(EntityStore store) {
    return new EdgeEditDecisions(store);
  }

  @Bean
  History history(EntityStore store, CentralProperties properties, ClockWatch watch) {
    return new History(store, properties.sync().history(), watch.provenClock());
  }

  @Bean
  EntityOutbox entityOutbox(
      MongoDatabase database, EntityStore store, CentralProperties properties, Clock clock) {
    return new EntityOutbox(database, store, properties.events().coalesce(), clock);
  }

  @Bean
  Devices devices(MongoDatabase database) {
    return new Devices(database);
  }

  @Bean
  BeaconRegistry beaconRegistry(Devices devices) {
    return new BeaconRegistry(devices);
  }

  @Bean
  Beacons beacons(BeaconRegistry registry, CentralProperties properties, Clock clock) {
    CentralProperties.Beacons settings = properties.beacons();
    return new Beacons(
        registry,
        !settings.approval().equals("operator"),
        settings.syncInterval(),
        settings.heartbeatInterval(),
        clock);
  }

  @Bean
  BeaconOperations beaconOperations(
      BeaconRegistry registry, CentralProperties properties, Clock clock) {
    CentralProperties.Beacons settings = properties.beacons();
    return new BeaconOperations(registry, settings.heartbeatInterval(), settings.missed(), clock);
  }

  @Bean
  BeaconRevocations beaconRevocations(
      MongoDatabase database, BeaconRegistry beacons, Audit audit, Clock clock, Ticker ticker) {
    return new BeaconRevocations(database, beacons, audit, clock, ticker);
  }

  @Bean
  AccessLogRequests accessLogRequests(
      MongoDatabase database,
      BeaconRegistry beacons,
      CentralProperties properties,
      Clock clock,
      Ticker ticker) {
    return new AccessLogRequests(database, beacons, properties.uploads().kept(), clock, ticker);
  }

  @Bean
  Source entityEvents(EntityOutbox entities) {
    return new Source("entities", entities);
  }

  @Bean
  Source beaconRevocationEvents(BeaconRevocations revocations) {
    return new Source("beacon_revocations", revocations.events());
  }

  @Bean
  Source accessLogRequestEvents(AccessLogRequests requests) {
    return new Source("access_log_requests", requests.events());
  }

  /** The one of this process: each of its bundles adds what owes events. */
  @Bean
  EventOutbox eventOutbox(List<Source> sources) {
    return new EventOutbox(sources);
  }

  @Bean
  AccessLogs accessLogs(
      MongoDatabase database,
      BeaconRegistry beacons,
      AccessLogRequests requests,
      KeyProvider keys,
      Clock clock) {
    return new AccessLogs(database, beacons, requests, keys.signing(LOGS_KEY), clock);
  }

  @Bean
  UploadLedger uploadLedger(MongoDatabase database, CentralProperties properties, Clock clock) {
    return new UploadLedger(database, properties.uploads().kept(), clock);
  }

  @Bean
  Uploads uploads(UploadLedger ledger) {
    return new Uploads(ledger);
  }

  @Bean
  OrchestratorRegistry orchestratorRegistry(
      MongoDatabase database, CentralProperties properties, Clock clock, ClockWatch watch) {
    return new OrchestratorRegistry(
        database, properties.events().retention(), clock, watch.provenClock());
  }

  @Bean
  Registration registration(
      OrchestratorRegistry registry,
      EntityStore store,
      TokenIssuer tokens,
      CentralProperties properties,
      Clock clock) {
    Duration lifetime = properties.token().lifetime();
    return new Registration(registry, store, tokens, lifetime, properties.reachableUrl(), clock);
  }

  @Bean
  RegistrationRequests registrationRequests(
      MongoDatabase database,
      OrchestratorRegistry registry,
      EntityStore store,
      Audit audit,
      Clock clock) {
    return new RegistrationRequests(database, registry, store, audit, clock);
  }

  @Bean
  Acknowledgements acknowledgements(
      MongoDatabase database,
      EventHub hub,
      CentralProperties properties,
      Clock clock,
      Ticker ticker) {
    return new Acknowledgements(database, hub, properties.events().retention(), clock, ticker);
  }

  @Bean
  Presence presence(
      OrchestratorRegistry registry,
      EventHub hub,
      UploadLedger uploads,
      CentralProperties properties,
      Clock clock) {
    return new Presence(
        registry,
        hub,
        uploads,
        properties.heartbeat().interval(),
        properties.heartbeat().missed(),
        properties.token().refreshBefore(),
        clock);
  }
}
