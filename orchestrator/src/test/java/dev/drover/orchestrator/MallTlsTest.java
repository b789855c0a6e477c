package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.FileKeyProvider;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS 1.3 and nothing older, at the mall's doors and towards central (section 8.3). */
class MallTlsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String PASSWORD = "changeit";
  private static final String TRUST = "javax.net.ssl.trustStore";

  @TempDir Path data;
  private final SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
  private SSLContext trusting;

  @BeforeEach
  void trust() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream in = Files.newInputStream(Path.of(certificate.certificatePath()))) {
      store.setCertificateEntry(
          "us", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    Path file = data.resolve("trust.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD.toCharArray());
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    trusting = SSLContext.getInstance("TLS");
    trusting.init(null, trust.getTrustManagers(), null);
    // The mall trusts what its Java trusts.
    System.setProperty(TRUST, file.toString());
    System.setProperty(TRUST + "Password", PASSWORD);
  }

  @AfterEach
  void trustNobody() {
    System.clearProperty(TRUST);
    System.clearProperty(TRUST + "Password");
    certificate.delete();
  }

  private HttpClient client(String protocol) {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {protocol});
    return HttpClient.newBuilder().sslContext(trusting).sslParameters(parameters).build();
  }

  private static int status(HttpClient client, String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private String handshake(int port, String protocol) throws IOException {
    try (SSLSocket socket =
        (SSLSocket) trusting.getSocketFactory().createSocket("localhost", port)) {
      socket.setEnabledProtocols(new String[] {protocol});
      socket.startHandshake();
      return socket.getSession().getProtocol();
    }
  }

  /** What the door says, until it closes, to a body whose second chunk has no size. */
  private String afterABrokenChunk(int port) throws IOException {
    try (SSLSocket socket =
        (SSLSocket) trusting.getSocketFactory().createSocket("localhost", port)) {
      socket.setSoTimeout((int) SOON.toMillis());
      String request =
          "POST /beacons/challenge HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3\r\n{\"d\r\nzz\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void devicesComeOverTls13AndPlainPortsAreForThisMachineOnly() throws Exception {
    int https = FreePort.pick();
    int mqtts = FreePort.pick();
    int grpc = FreePort.pick();
    int plain = FreePort.pick();
    Map<String, String> settings =
        Map.of(
            "drover.bind", "0.0.0.0",
            "drover.port", String.valueOf(plain),
            "drover.https-port", String.valueOf(https),
            "drover.mqtt.tls-port", String.valueOf(mqtts),
            "drover.grpc-port", String.valueOf(grpc),
            "drover.tls.certificate", certificate.certificatePath(),
            "drover.tls.key", certificate.privateKeyPath());
    try (FakeCentral central = new FakeCentral(FreePort.pick());
        TestMall mall = new TestMall(data, central.url(), settings)) {
      String health = "https://localhost:" + https + "/health";
      assertThat(status(client("TLSv1.3"), health)).isIn(200, 503);
      HttpClient old = client("TLSv1.2");
      assertThatThrownBy(() -> status(old, health)).isInstanceOf(SSLHandshakeException.class);
      for (int port : new int[] {mqtts, grpc}) {
        assertThat(handshake(port, "TLSv1.3")).isEqualTo("TLSv1.3");
        assertThatThrownBy(() -> handshake(port, "TLSv1.2")).isInstanceOf(IOException.class);
      }
      assertThat(afterABrokenChunk(https))
          .startsWith("HTTP/1.1 400")
          .contains("\"code\":\"VALIDATION_FAILED\"", "The body breaks off");
      device("ssl://localhost:" + mqtts);
      for (int port : new int[] {plain, mall.mqtt}) {
        connect("127.0.0.1", port);
        assertThatThrownBy(() -> connect("127.0.0.2", port)).isInstanceOf(ConnectException.class);
      }
      connect("127.0.0.2", https);
      await().atMost(SOON).until(() -> !central.registrations.isEmpty());
      assertThat(central.registrations.get(0).json().path("local_address").asText())
          .isEqualTo("https://0.0.0.0:" + https);
    }
  }

  private static void connect(String host, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), 10_000);
    }
  }

  private void device(String url) throws Exception {
    byte[] secret = new FileKeyProvider(data.resolve("keys")).secret("mqtt-internal");
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName("drover");
    options.setPassword(HexFormat.of().formatHex(secret).getBytes(StandardCharsets.US_ASCII));
    options.setSocketFactory(trusting.getSocketFactory());
    MqttClient client = new MqttClient(url, "drover-test", new MemoryPersistence());
    client.connect(options);
    assertThat(client.isConnected()).isTrue();
    client.disconnect();
    client.close();
  }

  private FakeCentral central(String protocol) {
    return new FakeCentral(
        FreePort.pick(),
        new HttpServerOptions()
            .setSsl(true)
            .setEnabledSecureTransportProtocols(Set.of(protocol))
            .setKeyCertOptions(certificate.keyCertOptions()));
  }

  @Test
  void aCentralThatSpeaksTls13IsSpokenTo() {
    try (FakeCentral central = central("TLSv1.3");
        TestMall mall = new TestMall(data, central.url(), Map.of())) {
      await().atMost(SOON).until(() -> !central.streams.isEmpty());
      await().atMost(SOON).until(() -> !central.heartbeats.isEmpty());
      assertThat(mall.get("/health", null).status()).isIn(200, 503);
    }
  }

  @Test
  void aCentralThatSpeaksOlderTlsOnlyHearsNothing() {
    try (FakeCentral central = central("TLSv1.2");
        TestMall mall = new TestMall(data, central.url(), Map.of())) {
      await().atMost(SOON).until(() -> central.broken.get() > 3);
      assertThat(central.registrations).isEmpty();
      assertThat(mall.get("/api/orchestrator/state", null).status()).isEqualTo(401);
    }
  }
}
