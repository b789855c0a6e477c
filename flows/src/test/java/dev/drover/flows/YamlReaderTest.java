package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.error.YAMLException;

/** YAML that is written to cost memory, or to end a program. */
class YamlReaderTest {
  @Test
  void aliasesThatDoubleAreRefused() {
    StringBuilder text = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i <= 24; i++) {
      text.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    assertThatThrownBy(() -> YamlReader.read(text.toString()))
        .isInstanceOf(YAMLException.class)
        .hasMessageContaining("nodes");
  }

  @Test
  void anAliasThatHoldsItselfIsRefused() {
    assertThatThrownBy(() -> YamlReader.read("a: &a [*a]\n"))
        .isInstanceOf(YAMLException.class)
        .hasMessageContaining("levels");
  }

  @Test
  void aKeyThatIsAListIsRefusedWithItsLine() {
    assertThatThrownBy(() -> YamlReader.read("a: 1\n? [b]\n: 2\n"))
        .isInstanceOf(YAMLException.class)
        .hasMessageStartingWith("line 2");
  }

  @Test
  void anAliasIsWhatItStandsFor() {
    YamlNode node = YamlReader.read("a: &x {b: 1}\nc: *x\n");
    assertThat(node.entries().get("c").entries()).containsKey("b");
  }
}
