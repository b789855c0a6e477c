package dev.drover.proto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Others compute the same id: {@code printf 'mall-a\naabb' | sha256sum}. */
class BeaconIdTest {
  @Test
  void itIsWhatTheReferenceSays() {
    assertThat(BeaconId.of("mall-a", "aabb")).isEqualTo("beacon-3bb9ccf613e233e1175f");
  }

  @Test
  void entityAndDeviceAreKeptApart() {
    assertThat(BeaconId.of("mall-a", "b")).isNotEqualTo(BeaconId.of("mall", "-ab"));
    assertThat(BeaconId.of("mall-a", "b")).isNotEqualTo(BeaconId.of("mall-b", "b"));
  }
}
