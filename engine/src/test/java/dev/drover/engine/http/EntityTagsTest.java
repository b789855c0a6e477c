package dev.drover.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntityTagsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "*|true",
        "W/\"a\"|true",
        "\"a\"|true",
        "\"b\", W/\"a\"|true",
        "\"x,y\",\"a\"|true",
        "\"b\"|false",
        "a|false",
        "\"A\"|false",
      })
  void c8IfNoneMatchIsComparedWeaklyAsAList(String condition, boolean matches) {
    assertThat(EntityTags.matches(condition, "W/\"a\"")).isEqualTo(matches);
    assertThat(EntityTags.matches(null, "W/\"a\"")).isFalse();
  }
}
