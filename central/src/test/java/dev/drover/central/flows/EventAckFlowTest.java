package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a mall did with events, posted or in frames of a WebSocket. */
class EventAckFlowTest extends FlowTest {
  EventAckFlowTest() {
    super("central", "03-event-ack");
  }

  @Test
  void postedAcknowledgementsAreStoredOncePerKey() {
    into("events-ack-accept")
        .run()
        .calls(
            """
            authenticator.authenticate
            authoriser.authorise(orchestrator, entity)
            idempotency.begin
            schemas.check(event-ack-request, false)
            acknowledgements.acknowledge
            protocolLog.record(events_acknowledged, a mall says what it did)
            idempotency.complete\
            """)
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void aRepetitionStoresNothing() {
    given("idempotency.begin", property("DroverReplayed", true));

    into("events-ack-accept")
        .run()
        .calls("authenticator.authenticate", "authoriser.authorise", "idempotency.begin")
        .stops();
  }

  @ParameterizedTest(name = "refused by {0}")
  @CsvSource({
    "authenticator.authenticate",
    "authoriser.authorise",
    "schemas.check",
    "acknowledgements.acknowledge"
  })
  void aRefusalIsTheAnswer(String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into("events-ack-accept")
        .run()
        .endsWith(guard, "errorRenderer.render", "idempotency.complete")
        .endsWell();
  }

  @Test
  void anAckFrameIsAuthorisedByTheStreamsCallerAndAnsweredToIt() {
    into("events-ws-frames")
        .header("principal", "the caller")
        .header("DroverFrameType", "ack")
        .run()
        .calls(
            """
            authoriser.authorise(orchestrator, entity)
            schemas.check(event-ack-request, false)
            acknowledgements.acknowledge
            protocolLog.record(events_acknowledged, a mall says what it did)\
            """)
        .property("DroverPrincipal", "the caller")
        .header("DroverFrameReply", "true")
        .endsWell();
  }

  @Test
  void aHeartbeatFrameHasTheGuardsOfAPostedOne() {
    into("events-ws-frames")
        .header("DroverFrameType", "heartbeat")
        .run()
        .calls(
            """
            authoriser.authorise(orchestrator, entity)
            presence.checkSender
            rateLimiter.check(heartbeat, 1/54s)
            schemas.check(heartbeat-request, false)
            presence.heartbeat\
            """)
        .endsWell();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "ack, authoriser.authorise",
    "ack, schemas.check",
    "heartbeat, authoriser.authorise",
    "heartbeat, presence.checkSender",
    "heartbeat, rateLimiter.check",
    "heartbeat, schemas.check"
  })
  void aRefusedFrameStoresNothing(String type, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into("events-ws-frames")
        .header("DroverFrameType", type)
        .run()
        .endsWith(guard, "errorRenderer.render", "idempotency.complete")
        .endsWell();
  }

  @Test
  void anUnknownFrameIsAnsweredAndDoesNothing() {
    into("events-ws-frames")
        .header("DroverFrameType", "dance")
        .run()
        .calls()
        .body(
            "{\"type\":\"error\",\"error\":{\"code\":\"VALIDATION_FAILED\",\"message\":\"frames are ack, heartbeat and ping\"}}")
        .header("DroverFrameReply", "true")
        .endsWell();
  }
}
