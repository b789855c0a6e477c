package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;

/** The three ways of all processes to take a failure. */
class SharedErrorsFlowTest extends FlowTest {
  SharedErrorsFlowTest() {
    super("shared", "00-errors");
  }

  @Test
  void whoWaitsGetsTheErrorBodyInsteadOfTheFailure() {
    given("probe", failure(new IllegalStateException("no")));

    into("protocol-errors").run().calls("probe", "errorRenderer.render").endsWell();
  }

  @Test
  void whereNobodyWaitsTheSourceSeesTheFailureAfterOneLine() {
    given("probe", failure(new IllegalStateException("no")));

    into("retry-later")
        .run()
        .calls("probe", "log WARN: retry-later: no; tried again later")
        .failsWith("no");
  }

  @Test
  void theCallersOwnErrorHandlingSeesTheFailure() {
    given("probe", failure(new IllegalStateException("no")));

    into("pass-errors").run().calls("probe").failsWith("no");
  }
}
