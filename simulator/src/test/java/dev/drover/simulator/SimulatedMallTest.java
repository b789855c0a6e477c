package dev.drover.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Role;
import dev.drover.flows.CatalogOfProcess;
import dev.drover.orchestrator.FakeDoor.Report;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The simulated mall's beacons against a door that checks their proofs, and its line. */
class SimulatedMallTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path data;
  private FakeCentral central;
  private final FakeDoor door = new FakeDoor();
  private final int line = FreePort.pick();

  @BeforeEach
  void startCentral() {
    central = new FakeCentral(FreePort.pick());
  }

  @AfterEach
  void stop() {
    door.close();
    central.close();
  }

  private TestMall simulator(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("drover.bundle", "simulator");
    settings.put("drover.simulator.mall-url", door.url());
    settings.put("drover.simulator.line-port", String.valueOf(line));
    settings.put("drover.simulator.token", central.token(Role.OPERATOR, FakeCentral.ENTITY));
    settings.put("drover.simulator.beacons", "3");
    settings.put("drover.simulator.heartbeat-interval", "300ms");
    settings.put("drover.simulator.beacon-pause", "50ms");
    settings.put("drover.simulator.beacon-period", "20");
    settings.put("drover.simulator.logs-per-minute", "1200");
    settings.put("drover.simulator.tell-interval", "200ms");
    settings.putAll(more);
    return new TestMall(data, central.url(), settings);
  }

  private static JsonNode beacons(TestMall simulator) {
    return simulator.get("/health", null).json().path("beacons");
  }

  @Test
  void beaconsRegisterReportAndHandInTheirLogs() {
    door.commands = "[{\"type\":\"reboot\",\"command_id\":\"c-7\"}]";
    try (TestMall simulator = simulator(Map.of())) {
      CatalogOfProcess.Compared catalog = simulator.catalog("simulator");
      assertThat(catalog.written())
          .as("write it with -Dcatalog.update=true")
          .isEqualTo(catalog.found());
      await().atMost(SOON).until(() -> door.known.size() == 3);
      await().atMost(SOON).until(() -> door.taken("heartbeat").size() >= 9);
      await().atMost(SOON).until(() -> beacons(simulator).path("logs_acknowledged").asInt() > 30);
      assertThat(beacons(simulator).path("registered").asInt()).isEqualTo(3);
      assertThat(beacons(simulator).path("tries_failed").asInt()).isZero();
    }
    assertThat(door.wrongs).isEmpty();
    assertThat(new HashSet<>(door.known.values())).as("a key for each").hasSize(3);
    Report first = door.taken("register").get(0);
    assertThat(first.device()).isEqualTo("7cdfa1000001");
    assertThat(first.json().at("/location/area_id").asText()).isEqualTo("1");
    for (Report logs : door.taken("access-logs")) {
      JsonNode body = logs.json();
      assertThat(body.path("beacon_id").asText()).isEqualTo("b-" + logs.device());
      assertThat(body.path("total_logs").asInt()).isEqualTo(body.path("logs").size()).isPositive();
      assertThat(body.at("/logs/0/method").asText()).isEqualTo("ecdsa_proof");
      assertThat(body.at("/logs/0/result").asText()).isIn("success", "failed");
    }
    assertThat(door.taken("heartbeat"))
        .as("a command that was done is told")
        .anyMatch(beat -> beat.json().path("commands_done").toString().contains("c-7"));
  }

  @Test
  void aReportThatWasNotTakenComesAgainAsItWas() {
    door.nextStatus.put("access-logs", 507);
    try (TestMall simulator = simulator(Map.of())) {
      await().atMost(SOON).until(() -> !door.refused.isEmpty());
      Report refused = door.refused.get(0);
      await().atMost(SOON).until(() -> door.taken.contains(refused));
      assertThat(beacons(simulator).path("tries_failed").asInt()).isEqualTo(1);
    }
    Set<String> logs = new HashSet<>();
    for (Report report : door.taken("access-logs")) {
      report.json().path("logs").forEach(log -> assertThat(logs.add(log.toString())).isTrue());
    }
  }

  @Test
  void aBeaconThatTheMallForgotRegistersAgainAndLosesNothing() {
    try (TestMall simulator = simulator(Map.of("drover.simulator.beacons", "1"))) {
      await().atMost(SOON).until(() -> !door.taken("access-logs").isEmpty());
      String key = PublicKeys.fingerprint(door.known.get("7cdfa1000001"));

      door.known.clear();

      await().atMost(SOON).until(() -> !door.refused.isEmpty());
      Report refused = door.refused.get(0);
      await().atMost(SOON).until(() -> door.taken.contains(refused));
      assertThat(door.taken("register")).hasSize(2);
      assertThat(PublicKeys.fingerprint(door.known.get("7cdfa1000001"))).isEqualTo(key);
      assertThat(beacons(simulator).path("registered").asInt()).isEqualTo(1);
    }
    assertThat(door.wrongs).isEmpty();
  }

  @Test
  void aBeaconIsTheSameDeviceAfterARestart() {
    simulator(Map.of("drover.simulator.beacons", "1", "drover.simulator.logs-per-minute", "0"))
        .close();
    try (TestMall simulator = simulator(Map.of("drover.simulator.beacons", "1"))) {
      await().atMost(SOON).until(() -> beacons(simulator).path("registered").asInt() == 1);
      door.taken.clear();
    }
    try (TestMall simulator = simulator(Map.of("drover.simulator.beacons", "1"))) {
      await().atMost(SOON).until(() -> beacons(simulator).path("registered").asInt() == 1);
    }
    List<Report> registrations = door.taken("register");
    assertThat(registrations).hasSize(1);
    assertThat(PublicKeys.parse(registrations.get(0).json().path("public_key").asText()))
        .isEqualTo(door.known.get("7cdfa1000001"));
    assertThat(door.wrongs).isEmpty();
  }

  @Test
  void theLineIsCutForSoManySecondsAndNotForLonger() {
    try (TestMall simulator = simulator(Map.of("drover.simulator.beacons", "0"));
        TestMall mall = new TestMall(data.resolve("mall"), "http://127.0.0.1:" + line, Map.of())) {
      await()
          .atMost(SOON)
          .until(() -> mall.get("/health", null).json().at("/status").asText().equals("healthy"));
      assertThat(lineOf(simulator).path("connections").asInt()).isPositive();

      for (String bad :
          List.of("{}", "{\"seconds\":0}", "{\"seconds\":86401}", "{\"seconds\":1.5}")) {
        TestMall.Answer answer = simulator.send("POST", "/api/line/cut", null, bad);
        assertThat(answer.status()).as(bad).isEqualTo(400);
        assertThat(answer.json().at("/error/code").asText()).isEqualTo("VALIDATION_FAILED");
      }
      assertThat(lineOf(simulator).path("cut").asBoolean()).isFalse();

      TestMall.Answer cut = simulator.send("POST", "/api/line/cut", null, "{\"seconds\":3600}");
      assertThat(cut.status()).isEqualTo(200);
      assertThat(cut.json().path("left_seconds").asInt()).isBetween(3500, 3600);
      await()
          .atMost(SOON)
          .until(
              () ->
                  mall.get("/health", null)
                      .json()
                      .at("/checks/central_server_connection")
                      .asText()
                      .equals("unhealthy"));
      assertThat(mall.get("/health", null).status()).as("it works on").isEqualTo(200);

      simulator.send("POST", "/api/line/cut", null, "{\"seconds\":1}");
      await().atMost(SOON).until(() -> !lineOf(simulator).path("cut").asBoolean());
      await()
          .atMost(SOON)
          .until(
              () ->
                  mall.get("/health", null)
                      .json()
                      .at("/checks/central_server_connection")
                      .asText()
                      .equals("healthy"));
    }
  }

  private static JsonNode lineOf(TestMall simulator) {
    return simulator.get("/health", null).json().path("line");
  }
}
