package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What became of events is on its way to central. */
class EventAcksFlowTest extends FlowTest {
  EventAcksFlowTest() {
    super("orchestrator", "06-event-acks");
  }

  @Test
  void eachStatusIsAnUrgentItemOfTheUplink() {
    into("events-acks-send")
        .body(List.of("applied of 1 and 2", "failed of 3"))
        .run()
        .calls(
            "direct:uplink-accept",
            "protocolLog.record(events_acknowledged, what became of events is on its way to central)",
            "direct:uplink-accept",
            "protocolLog.record(events_acknowledged, what became of events is on its way to central)")
        .sentBody("direct:uplink-accept", "applied of 1 and 2", "failed of 3")
        .sent("direct:uplink-accept", "DroverUplinkType", "event_ack", "event_ack")
        .sent("direct:uplink-accept", "DroverUplinkClass", "urgent", "urgent")
        .endsWell();
  }

  @Test
  void whatTheUplinkDoesNotTakeIsNotSaidToBeOnItsWayAndStopsThoseBehindIt() {
    given("direct:uplink-accept", failure(new IllegalStateException("disk full")));

    into("events-acks-send")
        .body(List.of("first", "second"))
        .run()
        .calls("direct:uplink-accept", "log WARN: events-acks-send: disk full; tried again later")
        .sentBody("direct:uplink-accept", "first")
        .failsWith("disk full");
  }

  @Test
  void nothingQueuedIsNothingSent() {
    into("events-acks-send").body(List.of()).run().calls().endsWell();
  }
}
