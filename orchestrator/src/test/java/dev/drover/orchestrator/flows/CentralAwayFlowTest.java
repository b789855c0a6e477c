package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;

/** Central is away, and everything else goes on. */
class CentralAwayFlowTest extends FlowTest {
  CentralAwayFlowTest() {
    super("orchestrator", "08-central-away");
  }

  @Test
  void aFailureIsSaidOnceAndTheNextTryWaits() {
    given("probe", failure(new IllegalStateException("no line")));

    into("central-away")
        .run()
        .calls(
            "probe",
            "log WARN: central-away: IllegalStateException: no line",
            "centralOutcomes.failed")
        .endsWell();
  }

  @Test
  void whatDoesNotFailIsNotSaid() {
    into("central-away").run().calls("probe").endsWell();
  }
}
