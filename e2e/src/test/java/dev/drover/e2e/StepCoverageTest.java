package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.JavaProcess;
import dev.drover.flows.Finding;
import dev.drover.flows.StepCoverage;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Each step of each flow was executed by some test of this build. It runs after all others, in an
 * execution of its own, because it reads what they recorded.
 */
@Tag("last")
class StepCoverageTest {
  @Test
  void everyStepWasExecutedBySomeTest() throws IOException {
    assertThat(StepCoverage.missing(JavaProcess.HOME)).extracting(Finding::toString).isEmpty();
  }
}
