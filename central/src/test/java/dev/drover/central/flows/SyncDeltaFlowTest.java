package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What changed, for who may have it and as often as they may ask. */
class SyncDeltaFlowTest extends FlowTest {
  SyncDeltaFlowTest() {
    super("central", "11-sync-delta");
  }

  @Test
  void changesAreCountedThenReadThenLogged() {
    into("sync-delta-read")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(orchestrator,operator, entity)",
            "syncOperations.checkEntity",
            "rateLimiter.check(sync-delta, 10/1m)",
            "syncOperations.delta",
            "protocolLog.record(sync_delta, changes are sent)")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "refused by {0}")
  @ValueSource(
      strings = {
        "authenticator.authenticate",
        "authoriser.authorise",
        "syncOperations.checkEntity",
        "rateLimiter.check",
        "syncOperations.delta"
      })
  void whoIsRefusedGetsNothingAndNothingIsLogged(String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into("sync-delta-read")
        .run()
        .endsWith(guard, "errorRenderer.render", "idempotency.complete")
        .endsWell();
  }
}
