package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ComponentsTest {
  private final Components components = new Components();

  @Test
  void knowsTheStockAndItsArtifacts() {
    assertThat(components.knows("kafka")).isTrue();
    assertThat(components.isStock("kafka")).isTrue();
    assertThat(components.knows("pigeon")).isFalse();
  }

  @Test
  void findsADescriptorBesideTheClassThatTheServiceFileNames() {
    assertThat(components.knows("lamp")).isTrue();
    assertThat(components.isStock("lamp")).isFalse();
    assertThat(components.catalog().validateEndpointProperties("lamp:hall?colour=red").isSuccess())
        .isTrue();
    assertThat(components.catalog().validateEndpointProperties("lamp:hall?color=red").getUnknown())
        .containsExactly("color");
  }
}
