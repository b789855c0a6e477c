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

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "operations-state-read, mallState.answer, ",
    "operations-sync-request, syncOperations.resync, 'protocolLog.record(resync_requested, an operator asks for a full sync, mall-1)'",
    "operations-checksum-read, checksumReads.checksum, entityReads.sayStale",
    "operations-buckets-read, checksumReads.items, entityReads.sayStale"
  })
  void operatorsOfThisMallAreAnswered(String route, String call, String then) {
    into(route)
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
    "operations-checksum-read, authenticator.authenticate",
    "operations-checksum-read, authoriser.authorise",
    "operations-buckets-read, authenticator.authenticate",
    "operations-buckets-read, authoriser.authorise",
    "health-orchestrator-answer, health.answer"
  })
  void whatIsRefusedIsRenderedAndGoesNoFurther(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route).run().endsWith(guard, "errorRenderer.render").endsWell();
  }
}
