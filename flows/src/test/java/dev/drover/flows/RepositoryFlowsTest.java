package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.flows.check.RouteCheck;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The gate of the build: this repository's own routes/ and kamelets/. */
class RepositoryFlowsTest {

  @Test
  void theRoutesOfThisRepositoryKeepTheRules() {
    assertThat(new RouteCheck().check(Path.of(System.getProperty("drover.home")))).isEmpty();
  }
}
