package dev.drover.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.e2e.harness.Ports;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The brokers inside central and the mall stand still, and lose their disks, while both run. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BrokerFaultTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static CentralProcess central;
  private static OrchestratorProcess mall;

  @BeforeAll
  static void start() {
    central = CentralProcess.alone("broker-fault", Map.of());
    central.start();
    mall =
        OrchestratorProcess.of(
            central,
            "brokers",
            Map.of(
                "DROVER_QUEUE",
                "kafka",
                "DROVER_KAFKA_PORT",
                String.valueOf(Ports.free()),
                "DROVER_UPLINK_RETRY_DELAY",
                "100"));
    mall.start();
  }

  @AfterAll
  static void stop() {
    mall.close();
    central.close();
  }

  @Test
  @Order(1)
  void f2ABrokerThatStandsStillIsSeenWithin10SecondsAndStartedAgain() throws Exception {
    Told.awaitHealthy(central.api(), PATIENCE);
    ProcessHandle child = central.kafka();
    new ProcessBuilder("kill", "-STOP", String.valueOf(child.pid())).start().waitFor();

    JsonNode problem = Told.awaitProblem(central.api(), "event_log", Duration.ofSeconds(12));

    assertThat(problem.path("cause").asText()).contains("does not answer");
    Awaitility.await("the useless child is ended").atMost(PATIENCE).until(() -> !child.isAlive());
    Told.awaitHealthy(central.api(), PATIENCE);
    assertArrives("after-standstill");
  }

  @Test
  @Order(2)
  void f21ALogWhoseDiskIsWipedBeginsAnewAndMallsHearOfChangesAgain() {
    assertArrives("before-wipe");
    wipe(central.data().resolve("kafka/log"));

    Told.awaitProblem(central.api(), "event_log", Duration.ofSeconds(15));
    Told.awaitHealthy(central.api(), PATIENCE);

    assertArrives("after-wipe");
  }

  @Test
  @Order(3)
  void f20AQueueWhoseDiskIsWipedIsMadeAgainAndTheStoreFillsItAgain() {
    Told.awaitHealthy(mallApi(), PATIENCE);
    Api api = mallApi();
    edit("edge-before");
    awaitAtCentral("edge-before");
    wipe(mall.data().resolve("kafka/log"));
    edit("edge-during");

    Told.awaitProblem(api, "uplink", Duration.ofSeconds(15));
    edit("edge-meanwhile");
    Told.awaitHealthy(api, PATIENCE);

    awaitAtCentral("edge-during");
    awaitAtCentral("edge-meanwhile");
    edit("edge-after");
    awaitAtCentral("edge-after");
    Awaitility.await("the ledger is even")
        .atMost(PATIENCE)
        .until(
            () ->
                api.get("/health", null).json().path("metrics").path("uplink_pending").asInt()
                    == 0);
  }

  private static Api mallApi() {
    return new Api(mall.url());
  }

  private static void edit(String id) {
    String token = central.token(Role.OPERATOR, mall.entity(), "olga");
    Api.Answer answer =
        mallApi()
            .post("/api/entities/" + mall.entity() + "/areas", token, "{\"id\":\"" + id + "\"}");
    assertThat(answer.status()).as(answer.toString()).isBetween(200, 299);
  }

  private static void awaitAtCentral(String id) {
    Awaitility.await(id + " at central")
        .atMost(PATIENCE)
        .until(
            () ->
                central
                        .api()
                        .get("/api/entities/" + mall.entity() + "/areas/" + id, central.admin())
                        .status()
                    == 200);
  }

  private static void assertArrives(String id) {
    Api.Answer answer =
        central
            .api()
            .post(
                "/api/entities/" + mall.entity() + "/areas",
                central.admin(),
                "{\"id\":\"" + id + "\"}");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
    String token = central.token(Role.OPERATOR, mall.entity(), "olga");
    Awaitility.await(id + " at the mall")
        .atMost(PATIENCE)
        .until(
            () ->
                mallApi().get("/api/entities/" + mall.entity() + "/areas/" + id, token).status()
                    == 200);
  }

  private static void wipe(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(directory)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
