package dev.drover.engine.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
  @Test
  void aPublicKeyRoundTripsWithAnyLineEnds() {
    ECPublicKey key = TestKeys.publicKey(TestKeys.RFC_6979);
    String pem = PublicKeys.toPem(key);
    assertThat(PublicKeys.parse(pem)).isEqualTo(key);
    assertThat(PublicKeys.parse(pem.replace("\n", "\r\n"))).isEqualTo(key);
    assertThat(PublicKeys.parse(pem.strip())).isEqualTo(key);
  }

  @Test
  void theFingerprintIsOfTheDerAndStable() {
    assertThat(PublicKeys.fingerprint(TestKeys.publicKey(TestKeys.RFC_6979)))
        .matches("[0-9a-f]{64}")
        .isEqualTo(
            PublicKeys.fingerprint(
                PublicKeys.parse(PublicKeys.toPem(TestKeys.publicKey(TestKeys.RFC_6979)))));
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "hello",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n*\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n=\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"
      })
  void garbageIsAValidationError(String pem) {
    assertRefused(pem);
  }

  @Test
  void otherCurvesAndAlgorithmsAreRefused() throws Exception {
    KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
    ec.initialize(new ECGenParameterSpec("secp384r1"));
    assertRefused(pem(ec.generateKeyPair().getPublic()));
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(1024);
    assertRefused(pem(rsa.generateKeyPair().getPublic()));
  }

  @Test
  void aPointOffTheCurveIsRefused() {
    byte[] der = TestKeys.publicKey(TestKeys.RFC_6979).getEncoded();
    der[der.length - 1] ^= 1;
    assertRefused(Pem.write(der, "PUBLIC KEY"));
  }

  @Test
  void aPrivateKeyRoundTripsWithItsPublicHalf() {
    KeyPair key = PrivateKeys.generate();
    KeyPair again = PrivateKeys.parse(PrivateKeys.toPem(TestKeys.privateKey(key)));
    assertThat(again.getPublic()).isEqualTo(key.getPublic());
    assertThat(again.getPrivate()).isEqualTo(key.getPrivate());
  }

  @Test
  void aPrivateKeyErrorShowsNothingOfTheKey() {
    String secret = Base64.getEncoder().encodeToString("not a key at all".getBytes());
    assertThatThrownBy(
            () ->
                PrivateKeys.parse(
                    "-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END PRIVATE KEY-----"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining(secret);
  }

  private static String pem(PublicKey key) {
    return Pem.write(key.getEncoded(), "PUBLIC KEY");
  }

  private static void assertRefused(String pem) {
    assertThatThrownBy(() -> PublicKeys.parse(pem))
        .isInstanceOfSatisfying(
            ProtocolException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
              assertThat(e.details()).containsEntry("field", "public_key");
            });
  }
}
