package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Ids as parts of topics. */
class TopicPartsTest {
  @Test
  void noTwoIdsBecomeTheSameLegalName() {
    List<String> ids =
        List.of("a", "A", "a:b", "a_3ab", "a.b", "a-b", "a b", "a/b", "ä", "Ã¤", "", "_", "__");
    List<String> parts = ids.stream().map(TopicParts::part).toList();
    assertThat(parts).doesNotHaveDuplicates().allMatch(part -> part.matches("[A-Za-z0-9_-]*"));
    assertThat(TopicParts.part("orch-001")).isEqualTo("orch-001");
    assertThat(TopicParts.part("a:b")).isEqualTo("a_3ab");
  }

  @Test
  void aSettingMayNameAnotherOne() {
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource("test", java.util.Map.of("x.id", "mall:1")));
    new TopicParts().postProcessEnvironment(environment, new SpringApplication());
    assertThat(environment.resolvePlaceholders("q.${topic-part.x.id}")).isEqualTo("q.mall_3a1");
  }
}
