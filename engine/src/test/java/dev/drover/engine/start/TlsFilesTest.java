package dev.drover.engine.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of TLS that cannot work are refused before a port is opened with them. */
class TlsFilesTest {
  @TempDir Path directory;

  private record Pair(Path certificate, Path key) {}

  private Pair made(String name, String algorithm, String signature) throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    X500Name subject = new X500Name("CN=" + name);
    Instant now = Instant.now();
    byte[] certificate =
        new JcaX509v3CertificateBuilder(
                subject,
                BigInteger.ONE,
                Date.from(now),
                Date.from(now.plusSeconds(3600)),
                subject,
                pair.getPublic())
            .build(new JcaContentSignerBuilder(signature).build(pair.getPrivate()))
            .getEncoded();
    return new Pair(
        pem(name + ".crt", "CERTIFICATE", certificate),
        pem(name + ".key", "PRIVATE KEY", pair.getPrivate().getEncoded()));
  }

  private Path pem(String name, String type, byte[] der) throws Exception {
    String body = Base64.getMimeEncoder().encodeToString(der);
    String text = "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    return Files.writeString(directory.resolve(name), text);
  }

  private static Optional<String> wrong(Path certificate, Path key) {
    return TlsFiles.wrong("CERT", certificate, "KEY", key);
  }

  @ParameterizedTest
  @CsvSource({"RSA, SHA256withRSA", "EC, SHA256withECDSA", "Ed25519, Ed25519"})
  void f18TheKeyOfAnotherCertificateIsRefusedAndItsOwnIsTaken(String algorithm, String signature)
      throws Exception {
    Pair one = made("one", algorithm, signature);
    Pair other = made("other", algorithm, signature);

    assertThat(wrong(one.certificate(), one.key())).isEmpty();
    assertThat(wrong(one.certificate(), other.key()).orElseThrow())
        .contains("CERT", "KEY", other.key() + " is not the key of the first certificate");
  }

  @Test
  void f18AKeyOfAnotherAlgorithmIsRefused() throws Exception {
    Pair rsa = made("rsa", "RSA", "SHA256withRSA");
    Pair ec = made("ec", "EC", "SHA256withECDSA");

    assertThat(wrong(rsa.certificate(), ec.key()).orElseThrow()).contains("is not the key");
  }

  @Test
  void f18FilesThatAreSomethingElseAreNamed() throws Exception {
    Pair good = made("good", "EC", "SHA256withECDSA");
    Path noise = Files.writeString(directory.resolve("noise"), "noise");

    assertThat(wrong(noise, good.key()).orElseThrow()).contains("CERT: " + noise);
    assertThat(wrong(good.certificate(), noise).orElseThrow())
        .contains("KEY: " + noise, "PKCS#8", "openssl");
    assertThat(wrong(good.certificate(), directory.resolve("none")).orElseThrow())
        .contains("cannot be read");
    assertThat(TlsFiles.trustStore(noise.toString(), "changeit", null).orElseThrow())
        .contains("javax.net.ssl.trustStore: " + noise);
    assertThat(TlsFiles.trustStore(null, null, null)).isEmpty();
  }

  @Test
  void f18OneOfTwoFilesAndTheKeyOfAnotherEndTheStart() throws Exception {
    Pair one = made("one", "EC", "SHA256withECDSA");
    Pair other = made("other", "EC", "SHA256withECDSA");

    assertThat(refusal("", one.key().toString())).contains("go together, and only one is set");
    assertThat(refusal(one.certificate().toString(), ""))
        .contains("go together, and only one is set");
    assertThat(refusal(one.certificate().toString(), other.key().toString()))
        .contains("DROVER_TLS_KEY", "is not the key of the first certificate");
  }

  private static String refusal(String certificate, String key) {
    Map<String, String> values =
        Map.of("drover.tls.certificate", certificate, "drover.tls.key", key);
    Map<String, String> defaults =
        Map.of(
            "drover.tls.certificate", "${DROVER_TLS_CERTIFICATE:}",
            "drover.tls.key", "${DROVER_TLS_KEY:}");
    StartRefused refused =
        Assertions.catchThrowableOfType(
            StartRefused.class, () -> new SettingsCheck("central", defaults, values::get).run());
    assertThat(refused.exitCode()).isEqualTo(StartRefused.WRONG_SETTING);
    return refused.getMessage();
  }
}
