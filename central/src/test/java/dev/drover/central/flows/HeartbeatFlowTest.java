package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.body;
import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Malls say that they are well, and are marked offline when they do not. */
class HeartbeatFlowTest extends FlowTest {
  HeartbeatFlowTest() {
    super("central", "04-heartbeat");
  }

  @Test
  void aHeartbeatIsStoredAndItsAnswerKept() {
    into("heartbeat-orchestrator-accept")
        .run()
        .calls(
            """
            authenticator.authenticate
            authoriser.authorise(orchestrator, entity)
            idempotency.begin
            presence.checkSender
            rateLimiter.check(heartbeat, 1/54s)
            schemas.check(heartbeat-request, false)
            presence.heartbeat
            protocolLog.record(heartbeat_received, a mall is well)
            idempotency.complete\
            """)
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void aRepetitionStoresNothing() {
    given("idempotency.begin", property("DroverReplayed", true));

    into("heartbeat-orchestrator-accept")
        .run()
        .endsWith("authoriser.authorise", "idempotency.begin")
        .stops();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "heartbeat-orchestrator-accept, authenticator.authenticate",
    "heartbeat-orchestrator-accept, authoriser.authorise",
    "heartbeat-orchestrator-accept, presence.checkSender",
    "heartbeat-orchestrator-accept, rateLimiter.check",
    "heartbeat-orchestrator-accept, schemas.check",
    "heartbeat-orchestrator-accept, presence.heartbeat"
  })
  void aRefusalIsTheAnswerAndStoredLikeOne(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route).run().endsWith(guard, "errorRenderer.render", "idempotency.complete").endsWell();
  }

  @Test
  void mallsThatWentSilentAreSaid() {
    given("presence.markOffline", body(2));

    into("heartbeat-silence-detect")
        .run()
        .calls("presence.markOffline", "log WARN: 2 orchestrators went offline")
        .endsWell();
  }

  @Test
  void whenAllAreThereNothingIsSaid() {
    given("presence.markOffline", body(0));

    into("heartbeat-silence-detect").run().calls("presence.markOffline").endsWell();
  }
}
