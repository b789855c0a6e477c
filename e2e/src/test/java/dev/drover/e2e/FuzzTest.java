package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.fuzz.FuzzRun;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Jazzer looks for an input that makes a parser of outside bytes fail in another way than with an
 * error of the protocol, or that makes it take more memory than its size allows.
 *
 * <p>{@code bench/fuzz.sh} is the long form, {@code -Ddrover.fuzz.each=true -Ddrover.fuzz.seconds=…
 * -Ddrover.fuzz.seed=…} repeats a run; an input that was found lies below {@code e2e/target/fuzz}.
 */
class FuzzTest {
  static List<String> parsers() {
    return FuzzRun.parsers();
  }

  @ParameterizedTest
  @MethodSource("parsers")
  void noInputDoesMoreThanBeRefused(String parser) throws Exception {
    FuzzRun run = FuzzRun.of(parser);

    assertThat(run.finding()).as(run.output()).isEmpty();
    assertThat(run.inputs()).as("inputs tried: " + run.output()).isPositive();
  }
}
