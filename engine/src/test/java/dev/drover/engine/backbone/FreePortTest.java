package dev.drover.engine.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortTest {
  @Test
  void aPortIsGivenOnceAlsoWhileNobodyListensOnIt() {
    List<Integer> ports = IntStream.range(0, 2_000).mapToObj(i -> FreePort.pick()).toList();
    assertThat(ports).doesNotHaveDuplicates().allMatch(port -> port >= 15_000 && port < 32_000);
  }

  @Test
  void aChildDoesNotTakeWhatItsParentWasGiven() {
    List<Integer> ports = IntStream.range(0, 100).mapToObj(i -> FreePort.pickForChild()).toList();
    assertThat(ports).allMatch(port -> port >= 10_000 && port < 15_000);
  }
}
