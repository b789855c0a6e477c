package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A data directory of the build of 2026-11-28, whose uplink read what it sent from the store: 25
 * writes of one beacon wait in the queue and in {@code mall.db}.
 */
class EarlierQueueTest extends MallTestBase {
  private void unpack(String queue) throws IOException {
    try (InputStream in =
            EarlierQueueTest.class.getResourceAsStream("/stores/queue-0-" + queue + ".zip");
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = data.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else {
          Files.createDirectories(file.getParent());
          Files.copy(zip, file);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqtt", "kafka"})
  void whatAnEarlierBuildHasQueuedIsSentAsItWasQueued(String queue) throws Exception {
    unpack(queue);
    try (TestMall mall = mall(Map.of("drover.queue", queue))) {
      await().atMost(SOON).until(() -> central.uploads.all().size() >= 25);
      assertThat(central.uploads.all())
          .extracting(stored -> stored.body().path("n").asInt())
          .containsExactlyElementsOf(IntStream.rangeClosed(1, 25).boxed().toList());
      await().atMost(SOON).until(() -> ledger(mall).path("stored").asInt() == 25);
      assertThat(ledger(mall).path("pending").asInt()).isZero();
      assertThat(ledger(mall).path("balanced").asBoolean()).isTrue();
      assertThat(mall.getManagement("/actuator/prometheus", central.token(Role.ADMIN, "*")).body())
          .contains("orchestrator_uplink_carried 25.0", "orchestrator_uplink_filled 0.0");
    }
  }

  private JsonNode ledger(TestMall mall) {
    return mall.get("/api/uplink/ledger", operator()).json();
  }
}
