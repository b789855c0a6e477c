package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.header;

import dev.drover.flows.harness.FlowTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The mall listens to central's events, one after the other. */
class EventStreamFlowTest extends FlowTest {
  EventStreamFlowTest() {
    super("orchestrator", "02-event-stream", "drover.events.retry-delay", "1");
  }

  @Test
  void anEventIsCountedToldAndDispatched() {
    given(
        "eventSteps.receive",
        header("DroverEventType", "data_update"),
        header("DroverEventId", "7"));

    into("events-stream-listen")
        .run()
        .calls(
            "eventSteps.receive",
            "eventMetrics.received",
            "protocolLog.record(event_received, an event came: data_update 7)",
            "direct:dispatch-event")
        .endsWell();
  }

  @Test
  void aPingIsDispatchedWithoutALogLine() {
    given("eventSteps.receive", header("DroverEventType", "ping"));

    into("events-stream-listen")
        .run()
        .calls("eventSteps.receive", "eventMetrics.received", "direct:dispatch-event")
        .sent("direct:dispatch-event", "DroverEventType", "ping")
        .endsWell();
  }

  @Test
  void anEventThatCannotBeReceivedIsTriedTwiceMoreAndParked() {
    given("eventSteps.receive", failure(new IllegalStateException("no data")));

    into("events-stream-listen")
        .header("DroverEventId", "7")
        .header("DroverEventType", "task_create")
        .run()
        .calls(
            "eventSteps.receive",
            "eventSteps.receive",
            "eventSteps.receive",
            "log ERROR: event 7 of type task_create is parked: no data",
            "eventSteps.park",
            "eventSteps.commit",
            "eventSteps.acknowledge")
        .endsWell();
  }

  @Test
  void eachEndOfTheStreamHasItsLine() {
    into("events-stream-lost")
        .body(List.of("timeout", "closed"))
        .run()
        .calls(
            "protocolLog.record(stream_lost, the event stream ended: timeout)",
            "protocolLog.record(stream_lost, the event stream ended: closed)")
        .endsWell();
  }

  @Test
  void noEndOfTheStreamIsNoLine() {
    into("events-stream-lost").body(List.of()).run().calls().endsWell();
  }
}
