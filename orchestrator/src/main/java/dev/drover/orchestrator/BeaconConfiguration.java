package dev.drover.orchestrator;

import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.guard.Limit;
import dev.drover.engine.guard.LocalRateWindows;
import dev.drover.engine.guard.RateLimiter;
import dev.drover.engine.guard.RateWindows;
import dev.drover.engine.time.ClockWatch;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.beacon.AccessLogIntake;
import dev.drover.orchestrator.beacon.BeaconCommands;
import dev.drover.orchestrator.beacon.BeaconMqttAccess;
import dev.drover.orchestrator.beacon.BeaconProof;
import dev.drover.orchestrator.beacon.BeaconReports;
import dev.drover.orchestrator.beacon.BeaconStore;
import dev.drover.orchestrator.beacon.DeviceSignature;
import dev.drover.orchestrator.beacon.GivenIds;
import dev.drover.orchestrator.beacon.KeptAccessLogs;
import dev.drover.orchestrator.beacon.Nonces;
import dev.drover.orchestrator.beacon.ShutOutBeacons;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.CentralKeys;
import dev.drover.orchestrator.mall.MallIdentity;
import dev.drover.orchestrator.store.MallStore;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The mall's door for beacons, by the names that its routes use. */
@Configuration(proxyBeanMethods = false)
class BeaconConfiguration {
  private static final String NONCES = "beacon-nonces";

  /** Far more than a mall has beacons. */
  private static final int WINDOWS = 20_000;

  @Bean
  RateWindows rateWindows(Ticker ticker) {
    return new LocalRateWindows(WINDOWS, ticker);
  }

  @Bean
  RateLimiter rateLimiter(RateWindows windows) {
    return new RateLimiter(windows);
  }

  @Bean
  BeaconStore beaconStore(MallStore store, Sealer sealer, Clock clock) {
    return new BeaconStore(store.database(), sealer, clock);
  }

  @Bean
  BeaconCommands beaconCommands(MallStore store, Sealer sealer) {
    return new BeaconCommands(store.database(), sealer);
  }

  @Bean
  KeptAccessLogs accessLogStore(MallStore store, Sealer sealer) {
    return new KeptAccessLogs(store.database(), sealer);
  }

  @Bean
  ShutOutBeacons beaconRevocations(MallStore store, BeaconStore beacons, Clock clock) {
    return new ShutOutBeacons(store.database(), beacons, clock);
  }

  @Bean
  DeviceSignature deviceSignature(
      MallStore store,
      KeyProvider keys,
      OrchestratorProperties properties,
      Clock clock,
      ClockWatch watch) {
    return new DeviceSignature(
        new Nonces(
            store.database(),
            keys.secret(NONCES),
            properties.beacons().nonceLifetime(),
            clock,
            watch.provenClock()));
  }

  @Bean
  BeaconProof beaconProof(
      BeaconStore beacons,
      DeviceSignature signature,
      ShutOutBeacons revocations,
      EntityCache cache,
      TokenVerifier tokens,
      MallIdentity identity,
      Clock clock) {
    return new BeaconProof(
        beacons,
        signature,
        revocations,
        new GivenIds(cache)::given,
        tokens,
        identity.entityId(),
        clock);
  }

  @Bean
  BeaconMqttAccess beaconMqttAccess(
      BeaconStore store,
      DeviceSignature signature,
      ShutOutBeacons revocations,
      RateWindows windows,
      OrchestratorProperties properties) {
    Limit limit = Limit.parse(properties.limits().beaconRequests());
    return new BeaconMqttAccess(store, signature, revocations, windows, limit);
  }

  @Bean
  BeaconReports beacons(
      BeaconStore store,
      BeaconCommands commands,
      MallIdentity identity,
      OrchestratorProperties properties,
      Clock clock) {
    OrchestratorProperties.Beacons told = properties.beacons();
    return new BeaconReports(
        store, commands, identity.entityId(), told.syncInterval(), told.heartbeatInterval(), clock);
  }

  @Bean
  AccessLogIntake accessLogs(
      KeptAccessLogs store,
      BeaconStore beacons,
      CentralKeys keys,
      MallIdentity identity,
      OrchestratorProperties properties,
      ClockWatch watch) {
    return new AccessLogIntake(
        store,
        beacons,
        keys::current,
        identity.entityId(),
        properties.beacons().logsKept(),
        watch.provenClock());
  }
}
