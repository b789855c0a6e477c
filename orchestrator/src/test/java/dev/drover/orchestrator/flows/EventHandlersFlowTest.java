package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.inTurn;
import static dev.drover.flows.harness.Effect.nothing;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each type of event does, and that effect and cursor are committed before the answer. */
class EventHandlersFlowTest extends FlowTest {
  EventHandlersFlowTest() {
    super("orchestrator", "03-event-handlers", "drover.events.retry-delay", "1");
  }

  private Message event(String type) {
    return into("events-event-dispatch")
        .header("DroverEventType", type)
        .header("DroverEventId", "7");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"firmware_update", "task_create"})
  void workIsRecordedThenCommittedThenAcknowledged(String type) {
    given("eventSteps.commit", property("DroverEventNew", true));

    event(type)
        .run()
        .calls(
            "eventCheck.check",
            "eventSteps.recordWork",
            "eventSteps.commit",
            "protocolLog.record(event_applied, an event is handled: " + type + " 7)",
            "eventSteps.acknowledge")
        .endsWell();
  }

  @Test
  void aRepetitionIsCommittedAndAcknowledgedButNotSaidToBeApplied() {
    given("eventSteps.commit", property("DroverEventNew", false));

    event("task_create")
        .run()
        .calls(
            "eventCheck.check",
            "eventSteps.recordWork",
            "eventSteps.commit",
            "eventSteps.acknowledge")
        .endsWell();
  }

  @Test
  void changedDataIsAWishCommittedWithTheCursorAndThenWanted() {
    given("eventSteps.commit", property("DroverEventNew", true));
    given("dataUpdate.compare", property("DroverUpdateKnown", false));

    event("data_update")
        .run()
        .calls(
            "eventCheck.check",
            "eventSteps.recordWish",
            "eventSteps.commit",
            "protocolLog.record(event_applied, an event is handled: data_update 7)",
            "eventSteps.acknowledge",
            "dataUpdate.compare",
            "syncPlan.wantDelta")
        .endsWell();
  }

  @Test
  void dataThatTheCacheHasAlreadyIsSettledAndNotFetched() {
    given("dataUpdate.compare", property("DroverUpdateKnown", true));

    event("data_update")
        .run()
        .calls(
            "eventCheck.check",
            "eventSteps.recordWish",
            "eventSteps.commit",
            "eventSteps.acknowledge",
            "dataUpdate.compare",
            "dataUpdate.settle")
        .endsWell();
  }

  @Test
  void accessLogsAreInTheUplinkBeforeTheirRequestIsDone() {
    event("access_log_request")
        .run()
        .calls(
            "eventCheck.check",
            "direct:answer-log-request",
            "eventSteps.applied",
            "eventSteps.commit",
            "eventSteps.acknowledge")
        .endsWell();
  }

  @Test
  void aRevocationIsInForceBeforeItsEventIsDone() {
    given("eventSteps.recordConfig", property("DroverConfigStored", "revoked_beacons"));

    event("config_update")
        .run()
        .calls(
            "eventCheck.check",
            "eventSteps.recordConfig",
            "beaconRevocations.takeList",
            "eventSteps.commit",
            "eventSteps.acknowledge")
        .endsWell();
  }

  @Test
  void anotherConfigurationRevokesNobody() {
    given("eventSteps.recordConfig", property("DroverConfigStored", "volume"));

    event("config_update")
        .run()
        .calls(
            "eventCheck.check",
            "eventSteps.recordConfig",
            "eventSteps.commit",
            "eventSteps.acknowledge")
        .endsWell();
  }

  @Test
  void anUnknownTypeOnlyMovesTheCursor() {
    event("party")
        .run()
        .calls(
            "eventCheck.check",
            "log WARN: event 7 has the unknown type party",
            "eventSteps.ignore",
            "eventSteps.commit",
            "eventSteps.acknowledge")
        .endsWell();
  }

  @Test
  void aResyncMarksTheMallAndCommitsNothingElse() {
    event("resync_required")
        .run()
        .calls(
            "eventCheck.check",
            "eventSteps.resync",
            "log WARN: central asks for a full sync:",
            "protocolLog.record(resync_required, the mall missed events)")
        .endsWell();
  }

  @Test
  void anOpenStreamStoresItsConnection() {
    event("connected")
        .run()
        .calls(
            "eventCheck.check",
            "eventSteps.connected",
            "protocolLog.record(stream_connected, the event stream is open)")
        .endsWell();
  }

  @Test
  void aPingMovesNoCursor() {
    event("ping").run().calls("eventCheck.check").endsWell();
  }

  @Test
  void anEventOfAnotherMallIsParkedWithoutItsHandler() {
    given("eventCheck.check", failure(new IllegalArgumentException("of mall-2")));

    event("data_update")
        .run()
        .calls(
            "eventCheck.check",
            "eventCheck.check",
            "eventCheck.check",
            "log ERROR: event 7 of type data_update is parked: of mall-2",
            "eventSteps.park",
            "eventSteps.commit",
            "eventSteps.acknowledge")
        .endsWell();
  }

  @Test
  void aStepThatFailsOnceIsDoneAgainAlone() {
    given(
        "eventSteps.commit", inTurn(failure(new IllegalStateException("disk is slow")), nothing()));

    event("firmware_update")
        .run()
        .calls(
            "eventCheck.check",
            "eventSteps.recordWork",
            "eventSteps.commit",
            "eventSteps.commit",
            "eventSteps.acknowledge")
        .endsWell();
  }
}
