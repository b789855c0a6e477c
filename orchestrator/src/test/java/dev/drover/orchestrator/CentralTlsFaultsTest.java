package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.backbone.FreePort;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate of central that is not right is named with its fault, for calls and stream. */
class CentralTlsFaultsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String PASSWORD = "changeit";
  private static final Map<String, String> QUICK =
      Map.of("drover.events.backoff", "50ms,100ms,200ms", "drover.heartbeat.interval", "300ms");
  private static final String TRUST = "javax.net.ssl.trustStore";

  @TempDir Path data;
  private KeyPair authority;
  private X509Certificate root;
  private final int port = FreePort.pick();
  private TestMall mall;

  static KeyPair pair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  static X509Certificate certificate(
      String issuer, KeyPair by, String name, KeyPair of, Instant end, boolean authority)
      throws Exception {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=" + issuer),
            BigInteger.valueOf(System.nanoTime()),
            Date.from(end.minus(Duration.ofDays(100))),
            Date.from(end),
            new X500Name("CN=" + name),
            of.getPublic());
    if (authority) {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    } else {
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by.getPrivate())));
  }

  @BeforeEach
  void trust() throws Exception {
    authority = pair();
    root = certificate("root", authority, "root", authority, later(50), true);
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("root", root);
    System.setProperty(TRUST, save(store, "trust.p12"));
    System.setProperty(TRUST + "Password", PASSWORD);
  }

  @AfterEach
  void stop() {
    if (mall != null) {
      mall.close();
    }
    System.clearProperty(TRUST);
    System.clearProperty(TRUST + "Password");
  }

  static Instant later(int days) {
    return Instant.now().plus(Duration.ofDays(days));
  }

  private String save(KeyStore store, String name) throws Exception {
    Path file = data.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
    return file.toString();
  }

  private FakeCentral central(String name, int daysLeft, KeyPair by, String protocol)
      throws Exception {
    return central(name, daysLeft, by, protocol, "root");
  }

  private FakeCentral central(String name, int daysLeft, KeyPair by, String protocol, String issuer)
      throws Exception {
    KeyPair own = pair();
    Certificate[] chain = {certificate(issuer, by, name, own, later(daysLeft), false)};
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("us", own.getPrivate(), PASSWORD.toCharArray(), chain);
    return new FakeCentral(
        port,
        new HttpServerOptions()
            .setSsl(true)
            .setEnabledSecureTransportProtocols(Set.of(protocol))
            .setKeyCertOptions(
                new PfxOptions().setPath(save(store, name + ".p12")).setPassword(PASSWORD)));
  }

  /** The mall has central behind its address, and then this one: its calls and its stream. */
  private void says(FakeCentral bad, String cause) {
    try (bad) {
      awaitCause("central_server_connection", cause);
      awaitCause("central_answers", cause);
      assertThat(bad.registrations).isEmpty();
      assertThat(bad.heartbeats).isEmpty();
    }
  }

  private void awaitCause(String check, String cause) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(LyingCentralTest.cause(mall.get("/health", null).json(), check))
                    .contains(cause));
  }

  private void awaitRight() {
    for (String check : List.of("central_server_connection", "central_answers")) {
      await()
          .atMost(SOON)
          .until(
              () ->
                  mall.get("/health", null)
                      .json()
                      .at("/checks/" + check)
                      .asText()
                      .equals("healthy"));
    }
  }

  /** One mall for all of them; it is registered, so its stream is tried too. */
  @Test
  void f19EachFaultOfACertificateIsNamed() throws Exception {
    try (FakeCentral right = central("localhost", 10, authority, "TLSv1.3")) {
      mall = new TestMall(data, right.url(), QUICK);
      awaitRight();
    }
    says(central("localhost", -1, authority, "TLSv1.3"), "has expired");
    says(central("elsewhere.example", 10, authority, "TLSv1.3"), "for another name");
    says(central("localhost", 10, pair(), "TLSv1.3", "stranger"), "not trusted");
    says(central("localhost", 10, authority, "TLSv1.2"), "no version of TLS in common");
    FakeCentral again = central("localhost", 10, authority, "TLSv1.3");
    awaitRight();
    again.close();
  }

  /** Once it has ended nobody can be reached, so it is told before; a new one is seen by itself. */
  @Test
  void theEndOfCentralsCertificateIsToldBeforeIt() throws Exception {
    try (FakeCentral ending = central("localhost", 10, authority, "TLSv1.3")) {
      mall = new TestMall(data, ending.url(), QUICK);
      awaitCause("certificates", "what central shows: the certificate of CN=localhost ends in");
      assertThat(mall.get("/health", null).json().at("/checks/certificates").asText())
          .isEqualTo("degraded");
    }
    try (FakeCentral renewed = central("localhost", 90, authority, "TLSv1.3")) {
      awaitRight();
      await()
          .atMost(SOON)
          .until(
              () -> LyingCentralTest.cause(mall.get("/health", null).json(), "certificates"),
              String::isEmpty);
      await().atMost(SOON).until(() -> !renewed.heartbeats.isEmpty());
    }
  }
}
