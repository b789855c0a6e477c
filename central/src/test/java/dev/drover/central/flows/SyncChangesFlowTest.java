package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Edits of a mall are merged once, posted or out of a queue. */
class SyncChangesFlowTest extends FlowTest {
  SyncChangesFlowTest() {
    super("central", "13-sync-changes");
  }

  @Test
  void postedEditsAreMergedOncePerKey() {
    given("edgeEdits.merge", property("DroverConflicts", 2));

    into("sync-changes-merge")
        .run()
        .calls(
            """
            authenticator.authenticate
            authoriser.authorise(orchestrator, entity)
            idempotency.begin
            schemas.check(sync-changes-request, false)
            edgeEdits.merge
            protocolLog.record(edits_merged, edits of a mall, conflicts: 2)
            idempotency.complete\
            """)
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void aRepetitionMergesNothing() {
    given("idempotency.begin", property("DroverReplayed", true));

    into("sync-changes-merge").run().endsWith("idempotency.begin").stops();
  }

  @ParameterizedTest(name = "refused by {0}")
  @ValueSource(
      strings = {
        "authenticator.authenticate",
        "authoriser.authorise",
        "schemas.check",
        "edgeEdits.merge"
      })
  void aRefusalIsTheAnswer(String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into("sync-changes-merge")
        .run()
        .endsWith(guard, "errorRenderer.render", "idempotency.complete")
        .endsWell();
  }

  @Test
  void outOfAQueueARefusalIsTheCallers() {
    given("schemas.check", failure(new IllegalArgumentException("no")));

    into("sync-edits-merge").run().calls("schemas.check").failsWith("no");
  }
}
