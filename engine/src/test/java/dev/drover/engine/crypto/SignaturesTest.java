package dev.drover.engine.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.crypto.SignatureForm.Hashing;
import dev.drover.engine.crypto.SignatureForm.Layout;
import dev.drover.engine.crypto.SignatureForm.Text;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.HexFormat;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vectors are those of interop/navign.md, section 8. */
class SignaturesTest {
  private static final ECPublicKey PUBLIC = TestKeys.publicKey(TestKeys.RFC_6979);
  private static final ECPrivateKey PRIVATE = TestKeys.privateKey(TestKeys.RFC_6979);
  private static final byte[] BODY =
      "{\"entity_id\":\"mall-a\",\"orchestrator_id\":\"orch-001\"}".getBytes(UTF_8);
  private static final String SINGLE =
      "91S0p46j21wrLY5OCgovtqIar+tzuUNoE2nVP8dad4lKQkC1+5RMtbqaqQlieomKsMBcnlJCQSk5n0HN902Rnw==";
  private static final String DOUBLE =
      "u/1Vus/EvfuxPwdcX4R3tylYh+0h9SeoMJLhbM7vhU+BqlxSBeJB6qT3JP2Qml0h0OPluHGu1GL7gImZ0Lag1w==";

  @Test
  void theVectorsAreReproduced() {
    assertThat(Signatures.sign(PRIVATE, BODY)).isEqualTo(DOUBLE);
    assertThat(
            Signatures.sign(
                PRIVATE, BODY, new SignatureForm(Hashing.SINGLE, Layout.RAW, Text.BASE64)))
        .isEqualTo(SINGLE);
    byte[] nonce = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
    assertThat(
            Signatures.sign(
                PRIVATE, nonce, new SignatureForm(Hashing.SINGLE, Layout.RAW, Text.HEX)))
        .endsWith("b8c743196d10c621");
    assertThat(
            Signatures.sign(
                PRIVATE, nonce, new SignatureForm(Hashing.DOUBLE, Layout.RAW, Text.HEX)))
        .isEqualTo(
            "7a9c7e483c911cc4af7262a9270e48f797dc1cbfaf27642c702ff1abe3d5d264"
                + "d4ce5d19d6231426980028eb668fd20e7f53026d005c1ef40117ee21fe826f76");
  }

  @Test
  void theVectorsVerify() {
    assertThat(Signatures.verify(PUBLIC, BODY, DOUBLE)).contains(SignatureForm.GUIDE);
    assertThat(Signatures.verify(PUBLIC, BODY, SINGLE))
        .contains(new SignatureForm(Hashing.SINGLE, Layout.RAW, Text.BASE64));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void eachOfTheTwelveFormsIsAcceptedAndNamed(SignatureForm form) {
    String signature = Signatures.sign(PRIVATE, BODY, form);
    assertThat(Signatures.verify(PUBLIC, BODY, signature)).contains(form);
    for (Hashing usual : Hashing.values()) {
      assertThat(Signatures.verify(PUBLIC, BODY, signature, usual)).contains(form);
    }
  }

  static Stream<SignatureForm> forms() {
    return Stream.of(Hashing.values())
        .flatMap(
            hashing ->
                Stream.of(Layout.values())
                    .flatMap(
                        layout ->
                            Stream.of(Text.values())
                                .map(text -> new SignatureForm(hashing, layout, text))));
  }

  @Test
  void upperCaseHexAndMissingOrPresentPaddingAreAccepted() {
    byte[] raw = Base64.getDecoder().decode(DOUBLE);
    assertThat(Signatures.verify(PUBLIC, BODY, HexFormat.of().withUpperCase().formatHex(raw)))
        .isPresent();
    assertThat(Signatures.verify(PUBLIC, BODY, DOUBLE.replace("=", ""))).isPresent();
    assertThat(Signatures.verify(PUBLIC, BODY, Base64.getUrlEncoder().encodeToString(raw)))
        .isPresent();
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(strings = {" ", "=", "AAAA", "zz", "0", "30", "MAYCAQACAQA=", "ü", "-----"})
  void garbageIsSimplyNotValid(String signature) {
    assertThat(Signatures.verify(PUBLIC, BODY, signature)).isEmpty();
  }

  @Test
  void zeroAndHugeSignaturesAreNotValid() {
    assertThat(Signatures.verify(PUBLIC, BODY, "00".repeat(64))).isEmpty();
    assertThat(Signatures.verify(PUBLIC, BODY, "ff".repeat(64))).isEmpty();
    assertThat(Signatures.verify(PUBLIC, BODY, "A".repeat(1_000_000))).isEmpty();
  }

  @Test
  void theLastCharacterHasNoTwins() {
    assertThat(Signatures.verify(PUBLIC, BODY, DOUBLE.replace("1w==", "1x=="))).isEmpty();
  }

  @Test
  void anotherKeyDoesNotVerify() {
    assertThat(Signatures.verify(TestKeys.publicKey(PrivateKeys.generate()), BODY, DOUBLE))
        .isEmpty();
  }

  @Property(tries = 300)
  void anyFlippedBitOfTheSignatureIsRefused(
      @ForAll("anyForm") SignatureForm form,
      @ForAll @Size(max = 200) byte[] body,
      @ForAll @IntRange(max = 72 * 8 - 1) int position) {
    byte[] bytes =
        SignatureText.read(Signatures.sign(PRIVATE, body, form), form.text()).orElseThrow();
    int bit = position % (bytes.length * 8);
    bytes[bit / 8] ^= (byte) (1 << (bit % 8));
    assertThat(Signatures.verify(PUBLIC, body, SignatureText.write(bytes, form.text()))).isEmpty();
  }

  @Property(tries = 300)
  void anyFlippedBitOfTheBodyIsRefused(
      @ForAll("anyForm") SignatureForm form,
      @ForAll @Size(min = 1, max = 200) byte[] body,
      @ForAll @IntRange(max = 200 * 8 - 1) int position) {
    String signature = Signatures.sign(PRIVATE, body, form);
    assertThat(Signatures.verify(PUBLIC, body, signature)).isPresent();
    int bit = position % (body.length * 8);
    body[bit / 8] ^= (byte) (1 << (bit % 8));
    assertThat(Signatures.verify(PUBLIC, body, signature)).isEmpty();
  }

  @Property(tries = 500)
  void noTextMakesItThrow(@ForAll String text) {
    assertThat(Signatures.verify(PUBLIC, BODY, text)).isEmpty();
  }

  @Provide
  Arbitrary<SignatureForm> anyForm() {
    return Combinators.combine(
            Arbitraries.of(Hashing.class), Arbitraries.of(Layout.class), Arbitraries.of(Text.class))
        .as(SignatureForm::new);
  }
}
