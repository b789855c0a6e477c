package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;

/** A refusal is an answer too, and stored like one. */
class ErrorsFlowTest extends FlowTest {
  ErrorsFlowTest() {
    super("central", "00-errors");
  }

  @Test
  void aFailureIsRenderedThenStoredForItsKey() {
    given("probe", failure(new IllegalStateException("no")));

    into("central-errors")
        .run()
        .calls("probe", "errorRenderer.render", "idempotency.complete")
        .endsWell();
  }

  @Test
  void whatDoesNotFailIsNotRendered() {
    into("central-errors").run().calls("probe").endsWell();
  }
}
