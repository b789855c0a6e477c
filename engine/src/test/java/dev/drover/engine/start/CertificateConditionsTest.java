package dev.drover.engine.start;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Problem;
import dev.drover.engine.health.Severity;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates and the clock. */
class CertificateConditionsTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration BEFORE = Duration.ofDays(30);

  @TempDir Path directory;
  private Instant now = BEGIN;
  private final Clock clock =
      new Clock() {
        @Override
        public Instant instant() {
          return now;
        }

        @Override
        public java.time.ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
          throw new UnsupportedOperationException();
        }
      };
  private final Conditions conditions = new Conditions(clock);

  private static X509Certificate certificate(String name, int days) throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
    X500Name subject = new X500Name("CN=" + name);
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(
                    subject,
                    BigInteger.ONE,
                    Date.from(BEGIN),
                    Date.from(BEGIN.plus(Duration.ofDays(days))),
                    subject,
                    pair.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
  }

  private Path file(String name, X509Certificate... chain) throws Exception {
    StringBuilder text = new StringBuilder();
    for (X509Certificate one : chain) {
      text.append("-----BEGIN CERTIFICATE-----\n")
          .append(Base64.getMimeEncoder().encodeToString(one.getEncoded()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return Files.writeString(directory.resolve(name), text);
  }

  private List<Problem> after(CertificateConditions watched, int days) {
    now = BEGIN.plus(Duration.ofDays(days)).plusSeconds(1);
    watched.look();
    return conditions.problems();
  }

  private CertificateConditions watch() {
    return new CertificateConditions(conditions, clock, BEFORE);
  }

  @Test
  void anEndThatComesIsDegradedAndOneThatHasComeIsUnhealthy() throws Exception {
    Path file = file("own.pem", certificate("own", 365), certificate("between", 400));
    CertificateConditions watched = watch().own("SETTING", file.toString()).own("NONE", "");
    assertThat(after(watched, 300)).isEmpty();
    assertThat(after(watched, 336))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.severity()).isEqualTo(Severity.DEGRADED);
              assertThat(problem.cause())
                  .contains("SETTING", file.toString(), "CN=own ends in 29 d", "2027-01-01T");
              assertThat(problem.remedy()).contains("renew it");
            });
    Instant since = conditions.problems().get(0).since();
    assertThat(after(watched, 366))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.severity()).isEqualTo(Severity.UNHEALTHY);
              assertThat(problem.cause()).contains("CN=own has ended");
              assertThat(problem.since()).isEqualTo(since);
            });
    file("own.pem", certificate("own", 800));
    assertThat(after(watched, 367).get(0).remedy()).contains("has another one already");
    assertThat(after(watched, 10)).as("the clock was wrong").isEmpty();
    assertThat(after(watched, -1).get(0).cause()).contains("counts only from");
  }

  @Test
  void eachOfAChainCounts() throws Exception {
    Path file = file("own.pem", certificate("own", 365), certificate("between", 100));
    CertificateConditions watched = watch().own("SETTING", file.toString());
    assertThat(after(watched, 99).get(0).cause()).contains("CN=between ends in");
    assertThat(after(watched, 360).get(0).cause()).contains("CN=between has ended");
  }

  @Test
  void anAuthorityThatEndedIsToldAndNobodyIsShutOutForIt() throws Exception {
    Path file = file("ca.pem", certificate("ca", 100));
    CertificateConditions watched = watch().trusted("CA", file.toString());
    assertThat(after(watched, 101).get(0).severity()).isEqualTo(Severity.DEGRADED);
  }

  @Test
  void aTrustStoreIsToldWhenTheLastOfItEnds() throws Exception {
    Path file = directory.resolve("trust.p12");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("old", certificate("old", 10));
    store.setCertificateEntry("ours", certificate("ours", 365));
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, "changeit".toCharArray());
    }
    System.setProperty("javax.net.ssl.trustStore", file.toString());
    System.setProperty("javax.net.ssl.trustStorePassword", "changeit");
    try {
      CertificateConditions watched = watch().javaTrust();
      assertThat(after(watched, 300)).isEmpty();
      assertThat(after(watched, 350).get(0).cause())
          .contains("javax.net.ssl.trustStore", file.toString(), "CN=ours ends in 1");
    } finally {
      System.clearProperty("javax.net.ssl.trustStore");
      System.clearProperty("javax.net.ssl.trustStorePassword");
    }
  }

  @Test
  void whatAnotherShowsIsToldBeforeItEndsAndOneThatNobodyNeedsIsNot() throws Exception {
    CertificateConditions watched = watch();
    watched.shows(List.of(certificate("central", 100), certificate("for old clients", 0)));
    assertThat(after(watched, 60)).isEmpty();
    Problem told = after(watched, 80).get(0);
    assertThat(told.severity()).isEqualTo(Severity.DEGRADED);
    assertThat(told.cause()).contains("what central shows", "CN=central ends in");
    assertThat(told.remedy()).contains("renewed at central");
    // one between that is needed, as nobody came here with one that has ended
    watched.shows(List.of(certificate("central", 200), certificate("between", 90)));
    assertThat(after(watched, 81).get(0).cause()).contains("CN=between ends in");
    watched.shows(List.of());
    assertThat(after(watched, 82)).isEmpty();
  }
}
