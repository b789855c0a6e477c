package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepCoverageTest {
  private static final Path GOOD = Path.of("src/test/resources/flows/good");

  @TempDir Path directory;

  @Test
  void namesEachStepThatNoTestExecuted() throws IOException {
    Path first =
        recording(
            "first.txt",
            "registration-mall-register register-limit-registrations",
            "registration-mall-register register-check-trust",
            "registration-mall-register require-known-key",
            "registration-mall-register register-pin-key",
            "heartbeat-mall-report heartbeat-limit-heartbeats",
            "heartbeat-mall-report heartbeat-remember-heartbeat",
            "heartbeat-mall-report heartbeat-set-next",
            "heartbeat-silence-watch silence-mark-silent");
    Path second =
        recording(
            "second.txt",
            "registration-mall-register render-error",
            "registration-mall-register keep-own-headers",
            "rate-limit-action-1 set-limit",
            "rate-limit-action-1 rate-limit-action-1-set-window",
            "heartbeat-silence-mark mark-mark-offline");

    assertThat(StepCoverage.missing(flows(), List.of(first, second)))
        .extracting(Finding::toString)
        .containsExactly(
            "routes/central/01-registration.camel.yaml:43: no test executes step 'answer-token' of"
                + " registration-mall-register; write a test that does, or delete the step");
  }

  @Test
  void aStepOfAnotherRouteWithTheSameIdDoesNotCount() throws IOException {
    Path recording = recording("steps.txt", "some-other-route register-answer-token");

    assertThat(StepCoverage.missing(flows(), List.of(recording)))
        .extracting(Finding::message)
        .anyMatch(message -> message.contains("'answer-token'"));
  }

  private static FlowSet flows() {
    return new FlowReader(GOOD, GOOD.resolve("routes"), GOOD.resolve("kamelets"))
        .read(new Findings());
  }

  private Path recording(String name, String... lines) throws IOException {
    return Files.write(directory.resolve(name), List.of(lines));
  }
}
