package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.orchestrator.store.MallStore;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is broken is said in {@code /health}, with cause, since and remedy, until it is mended. */
class HealthTest extends MallTestBase {
  private static final String FULL = SYNC + "full";

  private static JsonNode health(TestMall mall) {
    return mall.get("/health", null).json();
  }

  private static void awaitWord(TestMall mall, String check, String word) {
    await().atMost(SOON).until(() -> health(mall).at("/checks/" + check).asText().equals(word));
  }

  private static void awaitSound(TestMall mall) {
    await().atMost(SOON).until(() -> health(mall).path("status").asText().equals("healthy"));
    assertThat(health(mall).path("problems")).isEmpty();
  }

  private static void assertSays(TestMall mall, int status, String check, String cause) {
    TestMall.Answer answer = mall.get("/health", null);
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(LyingCentralTest.cause(answer.json(), check)).contains(cause);
  }

  @Test
  void eachPartThatFailsIsSaidUntilItWorks() {
    central.refuse(FULL, 503, 1_000_000);
    try (TestMall mall = mall(Map.of())) {
      awaitWord(mall, "central_server_connection", "healthy");
      awaitWord(mall, "local_cache", "degraded");
      assertSays(mall, 200, "local_cache", "no data of central");
      central.refuse(FULL, 503, 0);
      awaitSound(mall);

      central.goAway();
      awaitWord(mall, "central_server_connection", "unhealthy");
      assertSays(mall, 200, "central_server_connection", "event stream");
      central.listen();
      awaitSound(mall);

      GrpcPort grpc = mall.context.getBean(GrpcPort.class);
      grpc.close();
      assertSays(mall, 503, "grpc_server", "does not answer on port");

      // A table that is not there any more stands for a mall.db that is damaged while it is used.
      rename(mall, "settings", "aside");
      awaitWord(mall, "local_cache", "unhealthy");
      assertSays(mall, 503, "local_cache", "mall.db takes no write");
      rename(mall, "aside", "settings");
      awaitWord(mall, "local_cache", "healthy");
      assertThat(LyingCentralTest.cause(health(mall), "local_cache")).isEmpty();
    }
  }

  private static void rename(TestMall mall, String table, String to) {
    mall.context
        .getBean(MallStore.class)
        .database()
        .update("ALTER TABLE " + table + " RENAME TO " + to);
  }

  @Test
  void aStoreThatIsDamagedWhileItIsUsedIsSaid() throws Exception {
    try (TestMall mall = mall(Map.of())) {
      awaitSound(mall);
      MallStore store = mall.context.getBean(MallStore.class);
      int root =
          store
              .database()
              .first(
                  row -> row.getInt(1),
                  "SELECT rootpage FROM sqlite_master WHERE name = 'uplink_items'")
              .orElseThrow();
      try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + store.beside("mall.db"));
          Statement statement = open.createStatement()) {
        statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      }
      try (RandomAccessFile file = new RandomAccessFile(store.beside("mall.db").toFile(), "rw")) {
        file.seek((root - 1) * 4096L);
        file.write(new byte[] {7, 7, 7, 7, 7, 7, 7, 7});
      }
      awaitWord(mall, "local_cache", "unhealthy");
      assertSays(mall, 503, "local_cache", "cannot be read or written everywhere");
      int heard = central.heartbeats.size();
      await("it tells central").atMost(SOON).until(() -> central.heartbeats.size() > heard + 1);
    }
  }

  @Test
  void aCertificateThatEndsSoonIsSaid() throws Exception {
    KeyPair pair = CentralTlsFaultsTest.pair();
    X509Certificate certificate =
        CentralTlsFaultsTest.certificate(
            "localhost", pair, "localhost", pair, CentralTlsFaultsTest.later(10), false);
    Path chain = pem("chain.pem", "CERTIFICATE", certificate.getEncoded());
    Path key = pem("key.pem", "PRIVATE KEY", pair.getPrivate().getEncoded());
    Map<String, String> settings =
        Map.of(
            "drover.https-port", String.valueOf(FreePort.pick()),
            "drover.mqtt.tls-port", String.valueOf(FreePort.pick()),
            "drover.tls.certificate", chain.toString(),
            "drover.tls.key", key.toString());
    try (TestMall mall = mall(settings)) {
      awaitWord(mall, "certificates", "degraded");
      assertSays(mall, 200, "certificates", chain + "): the certificate of CN=localhost ends in");
    }
  }

  private Path pem(String name, String type, byte[] der) throws Exception {
    String body = Base64.getMimeEncoder().encodeToString(der);
    return Files.writeString(
        data.resolve(name),
        "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
  }

  @Test
  void aDiskWithTooLittleRoomIsSaid() {
    try (TestMall mall = mall(Map.of("drover.health.min-free-mb", "999999999"))) {
      assertSays(mall, 503, "disk_space", "less than drover.health.min-free-mb (999999999)");
      assertThat(health(mall).at("/checks/disk_space").asText()).isEqualTo("unhealthy");
    }
  }

  @Test
  void aMallThatIsNotRegisteredSaysSo() {
    central.refuse("/api/orchestrators/register", 503, 1_000_000);
    try (TestMall mall = mall(Map.of())) {
      assertSays(mall, 200, "central_server_connection", "not registered at central");
      central.refuse("/api/orchestrators/register", 503, 0);
      awaitSound(mall);
    }
  }
}
