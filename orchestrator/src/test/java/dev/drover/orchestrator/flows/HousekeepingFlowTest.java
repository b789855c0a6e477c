package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a mall remembers is bounded. */
class HousekeepingFlowTest extends FlowTest {
  HousekeepingFlowTest() {
    super("orchestrator", "07-housekeeping");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"events-applied-purge, housekeeping.purge", "beacons-logs-purge, accessLogs.purge"})
  void whatIsTooOldIsForgotten(String route, String call) {
    into(route).run().calls(call).endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"events-applied-purge, housekeeping.purge", "beacons-logs-purge, accessLogs.purge"})
  void aFailureIsSaidAndTheClockTriesAgain(String route, String call) {
    given(call, failure(new IllegalStateException("disk")));

    into(route)
        .run()
        .calls(call, "log WARN: " + route + ": disk; tried again later")
        .failsWith("disk");
  }
}
