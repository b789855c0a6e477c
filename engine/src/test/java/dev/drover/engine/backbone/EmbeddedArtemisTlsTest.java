package dev.drover.engine.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Principal;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedArtemisTlsTest {
  private static final String PASSWORD = "changeit";

  @TempDir Path dir;
  private final Identity server = identity("localhost");
  private final Identity beacon = identity("b-1");
  private final Identity stranger = identity("b-2");
  private int tlsPort;
  private EmbeddedArtemis broker;

  @BeforeEach
  void start() throws Exception {
    tlsPort = FreePort.pick();
    MqttTls tls =
        new MqttTls(
            "127.0.0.1",
            tlsPort,
            write("server.pem", "CERTIFICATE", server.certificate().getEncoded()),
            write("server.key", "PRIVATE KEY", server.keys().getPrivate().getEncoded()),
            Optional.of(write("clients.pem", "CERTIFICATE", beacon.certificate().getEncoded())),
            true);
    broker =
        new EmbeddedArtemis(
                new ArtemisConfig(
                    dir.resolve("data"),
                    "127.0.0.1",
                    FreePort.pick(),
                    Optional.of(tls),
                    Duration.ofDays(1)),
                new ByCertificate())
            .start();
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  @Test
  void aTrustedCertificateIsTheIdentity() throws Exception {
    connect(beacon, "b-1", "TLSv1.3");
  }

  @Test
  void aCertificateDoesNotOpenAnotherClientsSession() {
    assertThatThrownBy(() -> connect(beacon, "b-2", "TLSv1.3")).isInstanceOf(MqttException.class);
  }

  @Test
  void anUnknownCertificateAndAnOldProtocolAreRefused() {
    assertThatThrownBy(() -> connect(stranger, "b-2", "TLSv1.3")).isInstanceOf(MqttException.class);
    assertThatThrownBy(() -> connect(beacon, "b-1", "TLSv1.2")).isInstanceOf(MqttException.class);
  }

  private void connect(Identity who, String clientId, String protocol) throws Exception {
    MqttClient client =
        new MqttClient("ssl://127.0.0.1:" + tlsPort, clientId, new MemoryPersistence());
    try {
      MqttConnectionOptions options = new MqttConnectionOptions();
      options.setSocketFactory(sockets(who, protocol));
      options.setConnectionTimeout(5);
      client.connect(options);
      assertThat(client.isConnected()).isTrue();
      client.disconnect();
    } finally {
      client.close();
    }
  }

  private SSLSocketFactory sockets(Identity who, String protocol) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(keyStore(who), PASSWORD.toCharArray());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trustStore(server));
    SSLContext context = SSLContext.getInstance(protocol);
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context.getSocketFactory();
  }

  private record Identity(KeyPair keys, X509Certificate certificate) {}

  private static Identity identity(String name) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      KeyPair keys = generator.generateKeyPair();
      X500Name subject = new X500Name("CN=" + name);
      Instant now = Instant.now();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              subject,
              BigInteger.ONE,
              Date.from(now.minusSeconds(60)),
              Date.from(now.plusSeconds(3_600)),
              subject,
              keys.getPublic());
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
      return new Identity(
          keys,
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyStore keyStore(Identity identity) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "key",
        identity.keys().getPrivate(),
        PASSWORD.toCharArray(),
        new Certificate[] {identity.certificate()});
    return store;
  }

  private static KeyStore trustStore(Identity trusted) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("trusted", trusted.certificate());
    return store;
  }

  private Path write(String name, String type, byte[] der) throws Exception {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        dir.resolve(name),
        "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(type, body));
  }

  /** Who a client is says its certificate, and its client id must be the same. */
  private static final class ByCertificate implements MqttAuthoriser {
    private record Device(String getName) implements Principal {}

    @Override
    public Optional<Principal> authenticate(MqttLogin login) {
      return login
          .certificate()
          .map(c -> c.getSubjectX500Principal().getName().replace("CN=", ""))
          .filter(login.clientId()::equals)
          .map(Device::new);
    }

    @Override
    public boolean allows(Principal identity, String topic, MqttAction action) {
      return false;
    }
  }
}
