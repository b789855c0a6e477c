package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checksums and the buckets that differ. */
class SyncChecksumFlowTest extends FlowTest {
  SyncChecksumFlowTest() {
    super("central", "12-sync-checksum");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "sync-checksum-read, syncOperations.checksum, ",
    "sync-items-read, syncOperations.items, 'protocolLog.record(sync_items, buckets are sent)'"
  })
  void mallsAndOperatorsAreAnswered(String route, String call, String then) {
    into(route)
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(orchestrator,operator, entity)",
            call,
            then == null ? "" : then)
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "sync-checksum-read, authenticator.authenticate",
    "sync-checksum-read, authoriser.authorise",
    "sync-items-read, authenticator.authenticate",
    "sync-items-read, authoriser.authorise",
    "sync-items-read, syncOperations.items"
  })
  void whoIsRefusedGetsNothing(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route).run().endsWith(guard, "errorRenderer.render", "idempotency.complete").endsWell();
  }
}
