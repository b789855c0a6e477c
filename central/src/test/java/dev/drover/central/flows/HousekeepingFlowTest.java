package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.body;
import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has expired is forgotten, by an instant that the clock has proven. */
class HousekeepingFlowTest extends FlowTest {
  HousekeepingFlowTest() {
    super("central", "09-housekeeping");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "housekeeping-answers-purge",
        "housekeeping-receipts-purge",
        "housekeeping-windows-purge",
        "housekeeping-exchanged-purge",
        "housekeeping-acks-purge"
      })
  void onlyWhatExpiredBeforeTheProvenInstantIsRemoved(String route) {
    given("clockWatch.proven", body(Instant.parse("2026-01-01T00:00:00Z")));

    into(route)
        .run()
        .calls("clockWatch.proven", "mongodb:mongo")
        .sentBody(
            "mongodb:mongo", "{\"expires_at\": {\"$lte\": {\"$date\": \"2026-01-01T00:00:00Z\"}}}")
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"housekeeping-answers-purge", "housekeeping-windows-purge"})
  void withoutAProvenInstantNothingIsRemoved(String route) {
    given("clockWatch.proven", failure(new IllegalStateException("the clock jumped")));

    into(route)
        .run()
        .calls("clockWatch.proven", "log WARN: " + route + ": the clock jumped; tried again later")
        .failsWith("the clock jumped");
  }

  @Test
  void oldChangesAreForgotten() {
    into("housekeeping-history-forget").run().calls("history.forget").endsWell();
  }
}
