package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;

/** Every event goes to the streams of its entity, in every encoding. */
class EventFanoutFlowTest extends FlowTest {
  EventFanoutFlowTest() {
    super("central", "07-event-fanout");
  }

  @Test
  void anEventGoesToEveryEncodingUnchanged() {
    into("events-fanout-deliver")
        .header("DroverEventId", "7")
        .body("{}")
        .run()
        .calls("sse:events", "ws:events", "grpc-events:events")
        .sentBody("sse:events", "{}")
        .sentBody("ws:events", "{}")
        .sentBody("grpc-events:events", "{}")
        .sent("grpc-events:events", "DroverEventId", "7")
        .endsWell();
  }

  @Test
  void anEncodingThatFailsHoldsTheEventForTheNextTry() {
    given("ws:events", failure(new IllegalStateException("no hub")));

    into("events-fanout-deliver")
        .run()
        .calls(
            "sse:events", "ws:events", "log WARN: events-fanout-deliver: no hub; tried again later")
        .failsWith("no hub");
  }

  @Test
  void streamsArePingedAndThenCountAsPresent() {
    into("events-streams-ping")
        .run()
        .calls("sse:events", "ws:events", "grpc-events:events", "presence.touchConnected")
        .endsWell();
  }
}
