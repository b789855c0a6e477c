package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What malls say of their beacons, posted or out of a queue. */
class BeaconsFlowTest extends FlowTest {
  BeaconsFlowTest() {
    super("central", "15-beacons");
  }

  @Test
  void aRegistrationIsGuardedThenStoredThenAnswered() {
    into("beacons-registration-accept")
        .run()
        .calls(
            """
            authenticator.authenticate
            authoriser.authorise(orchestrator, entity)
            idempotency.begin
            beacons.checkEntity
            rateLimiter.check(beacons, 1000/1m)
            schemas.check(beacon-register-request, false)
            beacons.register
            protocolLog.record(beacon_registered, a beacon is known)
            idempotency.complete\
            """)
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void aHeartbeatIsGuardedThenStoredThenAnswered() {
    into("beacons-heartbeat-accept")
        .run()
        .calls(
            """
            authenticator.authenticate
            authoriser.authorise(orchestrator, entity)
            idempotency.begin
            beacons.checkBeacon
            rateLimiter.check(beacons, 1000/1m)
            schemas.check(beacon-heartbeat-request, false)
            beacons.heartbeat(5)
            idempotency.complete\
            """)
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void logsAreOpenedBeforeTheirKeyIsLookedAtAndStoredBeforeTheAnswer() {
    given("accessLogs.take", property("DroverGatheredLogs", List.of("log")));

    into("beacons-logs-accept")
        .run()
        .calls(
            """
            authenticator.authenticate
            authoriser.authorise(orchestrator, entity)
            accessLogs.open
            idempotency.begin
            schemas.check(access-logs-request, false)
            accessLogs.take
            rateLimiter.check(beacons, 1000/1m)
            accessLogs.store
            protocolLog.record(access_logs_uploaded, access logs of beacons)
            accessLogs.answer
            idempotency.complete\
            """)
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void noLogsAreNoWrite() {
    into("beacons-logs-store").property("DroverGatheredLogs", List.of()).run().calls().endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"beacons-registration-accept", "beacons-heartbeat-accept", "beacons-logs-accept"})
  void aRepetitionStoresNothing(String route) {
    given("idempotency.begin", property("DroverReplayed", true));

    into(route).run().endsWith("idempotency.begin").stops();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "beacons-registration-accept, authenticator.authenticate",
    "beacons-registration-accept, authoriser.authorise",
    "beacons-registration-accept, beacons.checkEntity",
    "beacons-registration-accept, rateLimiter.check",
    "beacons-registration-accept, schemas.check",
    "beacons-registration-accept, beacons.register",
    "beacons-heartbeat-accept, authenticator.authenticate",
    "beacons-heartbeat-accept, authoriser.authorise",
    "beacons-heartbeat-accept, beacons.checkBeacon",
    "beacons-heartbeat-accept, rateLimiter.check",
    "beacons-heartbeat-accept, schemas.check",
    "beacons-logs-accept, authenticator.authenticate",
    "beacons-logs-accept, authoriser.authorise",
    "beacons-logs-accept, accessLogs.open",
    "beacons-logs-accept, schemas.check",
    "beacons-logs-accept, rateLimiter.check"
  })
  void aRefusalIsTheAnswer(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route).run().endsWith(guard, "errorRenderer.render", "idempotency.complete").endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "beacons-registration-store, schemas.check",
    "beacons-heartbeat-store, schemas.check",
    "beacons-logs-take, schemas.check",
    "beacons-logs-open, accessLogs.open"
  })
  void outOfAQueueARefusalIsTheCallers(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route).run().calls(guard).failsWith("no");
  }
}
