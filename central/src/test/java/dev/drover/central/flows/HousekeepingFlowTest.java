package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.body;
import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.inTurn;

import dev.drover.flows.harness.FlowTest;
import java.time.Instant;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** What has expired is forgotten, by an instant that the clock has proven. */
class HousekeepingFlowTest extends FlowTest {
  private static final String[] COLLECTIONS = {
    "idempotency",
    "receipts",
    "rate_limits",
    "exchanged_tokens",
    "event_acks",
    "upload_items",
    "access_log_requests"
  };
  private static final String EXPIRED =
      "{\"expires_at\": {\"$lte\": {\"$date\": \"2026-01-01T00:00:00Z\"}}}";

  HousekeepingFlowTest() {
    super("central", "09-housekeeping");
  }

  @Test
  void onlyWhatExpiredBeforeTheProvenInstantIsRemoved() {
    given("clockWatch.proven", body(Instant.parse("2026-01-01T00:00:00Z")));

    into("housekeeping-expired-purge")
        .run()
        .sent("mongodb:mongo", "CamelMongoDbCollection", (Object[]) COLLECTIONS)
        .sentBody(
            "mongodb:mongo",
            Collections.nCopies(COLLECTIONS.length, EXPIRED).toArray(Object[]::new))
        .endsWell();
  }

  @Test
  void aCollectionThatFailsIsSaidAndDoesNotKeepTheOthers() {
    given("clockWatch.proven", body(Instant.parse("2026-01-01T00:00:00Z")));
    given("mongodb:mongo", inTurn(failure(new IllegalStateException("no disk")), body("done")));

    into("housekeeping-expired-purge")
        .run()
        .calls(
            "clockWatch.proven",
            "mongodb:mongo",
            "log WARN: housekeeping-expired-purge: no disk; tried again later",
            "mongodb:mongo",
            "mongodb:mongo",
            "mongodb:mongo",
            "mongodb:mongo",
            "mongodb:mongo",
            "mongodb:mongo");
  }

  @Test
  void withoutAProvenInstantNothingIsRemoved() {
    given("clockWatch.proven", failure(new IllegalStateException("the clock jumped")));

    into("housekeeping-expired-purge")
        .run()
        .calls(
            "clockWatch.proven",
            "log WARN: housekeeping-expired-purge: the clock jumped; tried again later")
        .failsWith("the clock jumped");
  }

  @Test
  void oldChangesAreForgotten() {
    into("housekeeping-history-forget").run().calls("history.forget").endsWell();
  }
}
