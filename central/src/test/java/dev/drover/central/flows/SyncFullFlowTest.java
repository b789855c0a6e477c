package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything of an entity, for who may have it. */
class SyncFullFlowTest extends FlowTest {
  SyncFullFlowTest() {
    super("central", "10-sync-full");
  }

  @Test
  void aSnapshotIsSentAndLogged() {
    into("sync-full-read")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(orchestrator,operator, entity)",
            "syncOperations.full",
            "protocolLog.record(sync_full, everything is sent)")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "refused by {0}")
  @ValueSource(
      strings = {"authenticator.authenticate", "authoriser.authorise", "syncOperations.full"})
  void whoIsRefusedGetsNothingAndNothingIsLogged(String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into("sync-full-read")
        .run()
        .endsWith(guard, "errorRenderer.render", "idempotency.complete")
        .endsWell();
  }
}
