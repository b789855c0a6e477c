package dev.drover.engine.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificates and keys of TLS with turned bits, zeros, or a part of them only: the port shows what
 * it should, or the start is refused with the file's name. {@code -Ddrover.damages=…} of each file.
 */
class DamagedTlsFilesTest {
  private static final Logger LOG = LoggerFactory.getLogger(DamagedTlsFilesTest.class);
  private static final int DAMAGES = Integer.getInteger("drover.damages", 100);
  private static final long SEED = Long.getLong("drover.fault.seed", System.nanoTime());

  @TempDir Path directory;
  private final Random random = new Random(SEED);
  private String algorithm;
  private String signature;
  private Path chain;
  private Path key;

  private KeyPair pair() throws Exception {
    return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
  }

  private X509Certificate certificate(String name, KeyPair of, String issuer, KeyPair by)
      throws Exception {
    Instant now = Instant.now();
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    new X500Name("CN=" + issuer),
                    BigInteger.valueOf(random.nextInt(1_000_000)),
                    Date.from(now),
                    Date.from(now.plus(Duration.ofDays(1))),
                    new X500Name("CN=" + name),
                    of.getPublic())
                .build(new JcaContentSignerBuilder(signature).build(by.getPrivate())));
  }

  private static String pem(String type, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
  }

  /** A port's own, who signed it, and the root. */
  private void write(String algorithm, String signature) throws Exception {
    this.algorithm = algorithm;
    this.signature = signature;
    KeyPair root = pair();
    KeyPair between = pair();
    KeyPair own = pair();
    StringBuilder text = new StringBuilder();
    for (X509Certificate one :
        List.of(
            certificate("own", own, "between", between),
            certificate("between", between, "root", root),
            certificate("root", root, "root", root))) {
      text.append(pem("CERTIFICATE", one.getEncoded()));
    }
    chain = Files.writeString(directory.resolve("chain.pem"), text);
    key =
        Files.writeString(
            directory.resolve("key.pem"), pem("PRIVATE KEY", own.getPrivate().getEncoded()));
  }

  private Optional<String> wrong() {
    return TlsFiles.wrong("CERT", chain, "KEY", key);
  }

  private byte[] damaged(byte[] whole) {
    byte[] bytes = whole.clone();
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(4)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        for (int bits = 1 + random.nextInt(20); bits > 0; bits--) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 2 ->
          Arrays.fill(
              bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(bytes.length)), (byte) 0);
      default -> bytes = Arrays.copyOf(bytes, at);
    }
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({"RSA, SHA256withRSA", "EC, SHA256withECDSA", "Ed25519, Ed25519"})
  void f18ADamageIsRefusedOrThePortShowsWhatItShould(String algorithm, String signature)
      throws Exception {
    write(algorithm, signature);
    List<X509Certificate> shown = TlsFiles.certificates(chain);
    assertThat(wrong()).isEmpty();
    for (Path file : List.of(chain, key)) {
      byte[] whole = Files.readAllBytes(file);
      int same = 0;
      for (int n = 0; n < DAMAGES; n++) {
        byte[] damaged = damaged(whole);
        Files.write(file, damaged);
        Optional<String> said = wrong();
        String what = "seed " + SEED + ": " + HexFormat.of().formatHex(damaged);
        if (said.isPresent()) {
          assertThat(said.get()).as(what).contains(file.toString());
        } else {
          same++;
          // A cut between two leaves a chain that has its root elsewhere; of a root that nobody
          // in the file has signed, clients have their own.
          List<X509Certificate> now = TlsFiles.certificates(chain);
          int signed = Math.min(now.size(), 2);
          assertThat(now.subList(0, signed)).as(what).isEqualTo(shown.subList(0, signed));
        }
      }
      Files.write(file, whole);
      assertThat(wrong()).isEmpty();
      LOG.info("{} {}: {} damages, {} taken", algorithm, file.getFileName(), DAMAGES, same);
      assertThat(same).as("taken").isLessThan(DAMAGES / 4);
    }
  }

  @Test
  void whoSignedTheFirstMayBeElsewhereOrAnywhereInTheFile() throws Exception {
    write("EC", "SHA256withECDSA");
    List<X509Certificate> all = TlsFiles.certificates(chain);
    for (List<Integer> order : List.of(List.of(0), List.of(0, 1), List.of(0, 2, 1))) {
      StringBuilder text = new StringBuilder("subject=CN = own\n");
      for (int one : order) {
        text.append(pem("CERTIFICATE", all.get(one).getEncoded()));
      }
      Files.writeString(chain, text);
      assertThat(wrong()).as(order.toString()).isEmpty();
    }
    String stranger =
        pem("CERTIFICATE", all.get(0).getEncoded()) + pem("CERTIFICATE", all.get(2).getEncoded());
    Files.writeString(chain, stranger);
    assertThat(wrong().orElseThrow())
        .contains(chain.toString(), "who signed the certificate of CN=own is not among", "again");
  }
}
