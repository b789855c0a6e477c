package dev.drover.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SealerTest {
  private static final byte[] KEY = key(1);
  private final Sealer sealer = new Sealer(KEY);

  @Property
  void whatIsSealedOpensInItsPlaceOnly(
      @ForAll @Size(max = 300) byte[] value, @ForAll String id, @ForAll String otherId) {
    byte[] sealed = sealer.seal("area", id, value);
    assertThat(sealed).hasSize(value.length + Sealer.OVERHEAD);
    assertThat(sealer.open("area", id, sealed)).isEqualTo(value);
    assertBroken("beacon", id, sealed);
    // Lone surrogates are written alike, so only differing bytes are differing ids.
    if (!Arrays.equals(
        id.getBytes(java.nio.charset.StandardCharsets.UTF_8),
        otherId.getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
      assertBroken("area", otherId, sealed);
    }
  }

  @Property
  void anyFlippedBitIsNoticed(
      @ForAll @Size(max = 100) byte[] value,
      @ForAll @IntRange(max = (100 + Sealer.OVERHEAD) * 8 - 1) int position) {
    byte[] sealed = sealer.seal("area", "1", value);
    int bit = position % (sealed.length * 8);
    sealed[bit / 8] ^= (byte) (1 << (bit % 8));
    assertBroken("area", "1", sealed);
  }

  @Property
  void anyCutIsNoticed(@ForAll @Size(max = 100) byte[] value, @ForAll @IntRange(max = 200) int at) {
    byte[] sealed = sealer.seal("area", "1", value);
    assertBroken("area", "1", Arrays.copyOf(sealed, at % sealed.length));
  }

  @Example
  void theSameValueIsNeverSealedAlike() {
    assertThat(sealer.seal("area", "1", new byte[8]))
        .isNotEqualTo(sealer.seal("area", "1", new byte[8]));
  }

  @Example
  void anOlderKeyStillOpensAndAnUnknownOneIsNamed() {
    byte[] old = sealer.seal("area", "1", new byte[] {42});
    Sealer rotated = new Sealer(key(2), List.of(KEY));
    assertThat(rotated.open("area", "1", old)).containsExactly(42);
    byte[] fresh = rotated.seal("area", "1", new byte[] {43});
    assertThat(rotated.open("area", "1", fresh)).containsExactly(43);
    assertThatThrownBy(() -> sealer.open("area", "1", fresh))
        .isInstanceOf(SealBrokenException.class)
        .hasMessageContaining("unknown key");
  }

  private void assertBroken(String kind, String id, byte[] sealed) {
    assertThatThrownBy(() -> sealer.open(kind, id, sealed)).isInstanceOf(SealBrokenException.class);
  }

  private static byte[] key(int fill) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) fill);
    return key;
  }
}
