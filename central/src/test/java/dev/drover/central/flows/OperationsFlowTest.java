package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What anyone may ask of central. */
class OperationsFlowTest extends FlowTest {
  OperationsFlowTest() {
    super("central", "08-operations");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"keys-jwks-serve, tokenKeys.serve", "health-central-answer, health.answer"})
  void anyoneIsAnswered(String route, String call) {
    into(route).run().calls(call).header("Content-Type", "application/json").endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"keys-jwks-serve, tokenKeys.serve", "health-central-answer, health.answer"})
  void aFailureIsRendered(String route, String call) {
    given(call, failure(new IllegalStateException("no store")));

    into(route).run().calls(call, "errorRenderer.render", "idempotency.complete").endsWell();
  }
}
