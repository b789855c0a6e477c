package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What operators ask of a mall, and what anyone may ask. */
class OperationsFlowTest extends FlowTest {
  OperationsFlowTest() {
    super("orchestrator", "05-operations");
  }

  @Test
  void anyoneMayAskForTheHealth() {
    into("health-orchestrator-answer")
        .run()
        .calls("health.answer")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource({
    "operations-state-read, orchestratorState, mallState.answer, ",
    "operations-checksums-read, readChecksum, checksumReads.checksum, entityReads.sayStale",
    "operations-checksums-read, readBuckets, checksumReads.items, entityReads.sayStale",
    "operations-state-read, listBeacons, beacons.list, ",
    "operations-state-read, listConflicts, edgeEdits.conflicts, ",
    "operations-state-read, readLedger, uplinkOperations.ledger, ",
    "operations-state-read, listParked, uplinkOperations.list, ",
    "operations-state-read, readParked, uplinkOperations.read, ",
    "operations-state-read, rekeyProgress, rekey.progress, ",
    "operations-sync-request, requestResync, syncOperations.resync, 'protocolLog.record(resync_requested, an operator asks for a full sync, mall-1)'"
  })
  void operatorsOfThisMallAreAnswered(String route, String operation, String call, String then) {
    into(route)
        .operation(operation)
        .header("entity_id", "mall-2")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, entity)",
            call,
            then == null ? "" : then)
        .sent("authoriser.authorise", "entity_id", "mall-1")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "operations-state-read, authenticator.authenticate",
    "operations-state-read, authoriser.authorise",
    "operations-sync-request, authenticator.authenticate",
    "operations-sync-request, authoriser.authorise",
    "operations-state-read, mallState.answer",
    "operations-checksums-read, authenticator.authenticate",
    "operations-checksums-read, authoriser.authorise",
    "health-orchestrator-answer, health.answer"
  })
  void whatIsRefusedIsRenderedAndGoesNoFurther(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route)
        .operation("orchestratorState")
        .run()
        .endsWith(guard, "errorRenderer.render")
        .endsWell();
  }

  @Test
  void whatNoBranchKnowsIsNotRead() {
    into("operations-state-read")
        .operation("requestResync")
        .run()
        .calls("authenticator.authenticate", "authoriser.authorise");
  }

  @Test
  void whatNoBranchKnowsIsNotCompared() {
    into("operations-checksums-read")
        .operation("requestResync")
        .run()
        .calls("authenticator.authenticate", "authoriser.authorise", "entityReads.sayStale");
  }
}
