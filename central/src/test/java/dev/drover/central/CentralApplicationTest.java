package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.flows.CatalogOfProcess;
import dev.drover.proto.Json;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.apache.camel.CamelContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The wiring of central: what routes may rely on, who may manage it, and TLS 1.3 on its port. */
class CentralApplicationTest {
  @TempDir static Path data;

  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final List<Integer> PORTS = new ArrayList<>();
  private static ConfigurableApplicationContext central;
  private static X509Certificate certificate;

  @BeforeAll
  static void start() throws Exception {
    KeyPair key = new FileKeyProvider(data.resolve("tls")).signing("tls");
    certificate = selfSigned(key);
    Path chain =
        Files.writeString(data.resolve("cert.pem"), pem("CERTIFICATE", certificate.getEncoded()));
    Path pkcs8 =
        Files.writeString(
            data.resolve("key.pem"), pem("PRIVATE KEY", key.getPrivate().getEncoded()));
    for (int i = 0; i < 4; i++) {
      PORTS.add(FreePort.pick());
    }
    central =
        SpringApplication.run(
            CentralApplication.class,
            "--drover.home=" + HOME,
            "--drover.data=" + data.resolve("central"),
            "--drover.port=" + PORTS.get(0),
            "--drover.grpc.port=0",
            "--server.port=" + PORTS.get(1),
            "--drover.kafka.port=" + PORTS.get(2),
            "--drover.mongo.port=" + PORTS.get(3),
            "--drover.tls.certificate=" + chain,
            "--drover.tls.key=" + pkcs8,
            "--drover.housekeeping.interval=500ms",
            "--drover.heartbeat.check-interval=500ms",
            "--drover.step-log=" + HOME.resolve("central/target/executed-steps.txt"));
  }

  @AfterAll
  static void stop() {
    central.close();
  }

  private static X509Certificate selfSigned(KeyPair key) throws Exception {
    X500Name name = new X500Name("CN=central.test");
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.ONE,
            Date.from(now.minusSeconds(60)),
            Date.from(now.plusSeconds(3600)),
            name,
            key.getPublic());
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
  }

  private static String pem(String type, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
  }

  private static HttpClient client(String protocol) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("central", certificate);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {protocol});
    return HttpClient.newBuilder().sslContext(tls).sslParameters(parameters).build();
  }

  private static HttpResponse<String> get(HttpClient client, String url, String token)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(20));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String token(Role role, String entity) {
    KeyPair key = new FileKeyProvider(data.resolve("central/keys")).signing("central-token");
    return new TokenIssuer(key, Clock.systemUTC())
        .issue(new Grant("somebody", role, entity), Duration.ofMinutes(5))
        .value();
  }

  @Test
  void everyBeanThatRoutesMayNameIsThere() throws Exception {
    CamelContext camel = central.getBean(CamelContext.class);
    List<String> names =
        Files.readAllLines(HOME.resolve("routes/central/beans.txt")).stream()
            .map(line -> line.replaceAll("#.*", "").trim())
            .filter(name -> !name.isEmpty())
            .toList();
    assertThat(names).hasSizeGreaterThan(10);
    assertThat(names).allMatch(name -> camel.getRegistry().lookupByName(name) != null);
  }

  @Test
  void theGateKnowsWhatFlowsOfThisProcessMayName() {
    CatalogOfProcess.Compared catalog =
        CatalogOfProcess.compare(central.getBean(CamelContext.class), HOME, "central", "central");
    assertThat(catalog.written())
        .as("write it with -Dcatalog.update=true")
        .isEqualTo(catalog.found());
  }

  @Test
  void everyRouteIsStartedAndDescribed() {
    CamelContext camel = central.getBean(CamelContext.class);
    assertThat(camel.getRoutes())
        .filteredOn(route -> !route.isCreatedByKamelet() && !route.isCreatedByRestDsl())
        .hasSizeGreaterThan(20)
        .allMatch(route -> camel.getRouteController().getRouteStatus(route.getId()).isStarted())
        .allMatch(route -> route.getDescription() != null);
  }

  @Test
  void thePortSpeaksTls13Only() throws Exception {
    String url = "https://127.0.0.1:" + PORTS.get(0) + "/health";
    assertThat(get(client("TLSv1.3"), url, null).statusCode()).isEqualTo(200);
    HttpClient old = client("TLSv1.2");
    assertThatThrownBy(() -> get(old, url, null)).isInstanceOf(SSLHandshakeException.class);
  }

  @Test
  void aGrpcServerThatDoesNotAnswerIsSaid() throws Exception {
    String url = "https://127.0.0.1:" + PORTS.get(0) + "/health";
    HttpClient client = client("TLSv1.3");
    central.getBean(GrpcPort.class).close();
    HttpResponse<String> answer = get(client, url, null);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
    JsonNode health = Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
    assertThat(health.at("/checks/grpc_server").asText()).isEqualTo("unhealthy");
    JsonNode problem = problem(health, "grpc_server");
    assertThat(problem.path("cause").asText()).contains("does not answer on port");
    assertThat(problem.path("since").asText()).isNotEmpty();
    assertThat(problem.path("remedy").asText()).isNotEmpty();
    central.getBean(GrpcPort.class).listen();
    assertThat(get(client, url, null).statusCode()).isEqualTo(200);
  }

  private static JsonNode problem(JsonNode health, String check) {
    for (JsonNode problem : health.path("problems")) {
      if (problem.path("check").asText().equals(check)) {
        return problem;
      }
    }
    throw new AssertionError(check + " is not told: " + health);
  }

  @Test
  void aCertificateThatEndsSoonIsSaid() throws Exception {
    HttpResponse<String> answer =
        get(client("TLSv1.3"), "https://127.0.0.1:" + PORTS.get(0) + "/health", null);
    JsonNode health = Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
    assertThat(health.at("/checks/certificates").asText()).isEqualTo("degraded");
    JsonNode problem = problem(health, "certificates");
    assertThat(problem.path("cause").asText())
        .contains(
            "tls.certificate",
            data.resolve("cert.pem").toString(),
            "CN=central.test ends in",
            certificate.getNotAfter().toInstant().toString());
    assertThat(problem.path("since").asText()).isNotEmpty();
    assertThat(problem.path("remedy").asText()).contains("renew it", "start the process again");
  }

  @Test
  void theEventStreamWorksOverTls() throws Exception {
    String url = "https://127.0.0.1:" + PORTS.get(0) + "/api/orchestrators/events?max_wait=1";
    HttpResponse<String> stream = get(client("TLSv1.3"), url, token(Role.OPERATOR, "mall-tls"));
    assertThat(stream.statusCode()).isEqualTo(200);
    assertThat(stream.body()).startsWith("event: connected\nid: evt-");
  }

  @Test
  void managementIsForOperatorsOfAllEntities() throws Exception {
    String url = "http://127.0.0.1:" + PORTS.get(1) + "/actuator/health";
    HttpClient client = HttpClient.newHttpClient();
    assertThat(get(client, url, null).statusCode()).isEqualTo(401);
    assertThat(get(client, url, "garbage").statusCode()).isEqualTo(401);
    assertThat(get(client, url, token(Role.MOBILE, "mall-a")).statusCode()).isEqualTo(403);
    assertThat(get(client, url, token(Role.OPERATOR, "mall-a")).statusCode()).isEqualTo(403);
    assertThat(get(client, url, token(Role.ADMIN, "*")).statusCode()).isEqualTo(200);
  }

  @Test
  void whatHasExpiredIsRemovedAndTheRestStays() {
    MongoDatabase database = central.getBean(MongoDatabase.class);
    for (String name : List.of("idempotency", "rate_limits", "event_acks", "exchanged_tokens")) {
      MongoCollection<Document> collection = database.getCollection(name);
      collection.insertOne(
          new Document("_id", "old")
              .append("expires_at", Date.from(Instant.now().minusSeconds(1))));
      collection.insertOne(
          new Document("_id", "new")
              .append("expires_at", Date.from(Instant.now().plusSeconds(600))));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> collection.find(new Document("_id", "old")).first() == null);
      assertThat(collection.find(new Document("_id", "new")).first()).isNotNull();
    }
  }

  @Test
  void aSilentOrchestratorIsMarkedOfflineByTheClock() {
    MongoCollection<Document> orchestrators =
        central.getBean(MongoDatabase.class).getCollection("orchestrators");
    orchestrators.insertOne(
        new Document("_id", "mall-x/orch-1")
            .append("entity_id", "mall-x")
            .append("assigned_id", "orch-mall-x-001")
            .append("state", "online")
            .append("offline_after", Date.from(Instant.now().minusSeconds(1))));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                "offline"
                    .equals(
                        orchestrators
                            .find(new Document("_id", "mall-x/orch-1"))
                            .first()
                            .getString("state")));
  }
}
