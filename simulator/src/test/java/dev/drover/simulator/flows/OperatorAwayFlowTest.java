package dev.drover.simulator.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;

/** The simulated operator waits for its next turn. */
class OperatorAwayFlowTest extends FlowTest {
  OperatorAwayFlowTest() {
    super("simulator", "00-operator-away");
  }

  @Test
  void aFailureIsCountedAndSaid() {
    given("probe", failure(new IllegalStateException("no line")));

    into("operator-away")
        .run()
        .calls(
            "probe",
            "dataChanger.failed",
            "log WARN: operator-away: IllegalStateException: no line")
        .endsWell();
  }
}
