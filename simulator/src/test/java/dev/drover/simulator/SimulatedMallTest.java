package dev.drover.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.PublicKeys;
import dev.drover.flows.CatalogOfProcess;
import dev.drover.proto.Json;
import dev.drover.simulator.FakeDoor.Report;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
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

/** The simulated mall: beacons at a door that checks proofs, an operator at central, the line. */
class SimulatedMallTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path data;
  private FakeEntities central;
  private final FakeDoor door = new FakeDoor();
  private final int line = FreePort.pick();

  @BeforeEach
  void startCentral() {
    central = new FakeEntities();
  }

  @AfterEach
  void stop() {
    door.close();
    central.close();
  }

  private TestSimulator simulator(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("drover.simulator.mall-url", door.url());
    settings.put("drover.simulator.line-port", String.valueOf(line));
    settings.put("drover.simulator.token", central.token());
    settings.put("drover.simulator.beacons", "3");
    settings.put("drover.simulator.heartbeat-interval", "300ms");
    settings.put("drover.simulator.beacon-pause", "50ms");
    settings.put("drover.simulator.beacon-period", "20");
    settings.put("drover.simulator.logs-per-minute", "1200");
    settings.put("drover.simulator.tell-interval", "200ms");
    settings.putAll(more);
    return new TestSimulator(data, central.url(), settings);
  }

  private static JsonNode beacons(TestSimulator simulator) {
    return health(simulator).path("beacons");
  }

  @Test
  void beaconsRegisterReportAndHandInTheirLogs() {
    door.commands = "[{\"type\":\"reboot\",\"command_id\":\"c-7\"}]";
    try (TestSimulator simulator = simulator(Map.of())) {
      CatalogOfProcess.Compared catalog = simulator.catalog();
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
    try (TestSimulator simulator = simulator(Map.of())) {
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
    try (TestSimulator simulator = simulator(Map.of("drover.simulator.beacons", "1"))) {
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
    try (TestSimulator simulator = simulator(Map.of("drover.simulator.beacons", "1"))) {
      await().atMost(SOON).until(() -> beacons(simulator).path("registered").asInt() == 1);
      door.taken.clear();
    }
    try (TestSimulator simulator = simulator(Map.of("drover.simulator.beacons", "1"))) {
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
    try (TestSimulator simulator = simulator(Map.of("drover.simulator.beacons", "0"))) {
      assertThat(throughTheLine()).isEqualTo(200);
      assertThat(lineOf(simulator).path("connections").asInt()).isPositive();

      for (String bad :
          List.of("{}", "{\"seconds\":0}", "{\"seconds\":86401}", "{\"seconds\":1.5}")) {
        TestSimulator.Answer answer = simulator.post("/api/line/cut", bad);
        assertThat(answer.status()).as(bad).isEqualTo(400);
        assertThat(answer.json().at("/error/code").asText()).isEqualTo("VALIDATION_FAILED");
      }
      assertThat(lineOf(simulator).path("cut").asBoolean()).isFalse();

      TestSimulator.Answer cut = simulator.post("/api/line/cut", "{\"seconds\":3600}");
      assertThat(cut.status()).isEqualTo(200);
      assertThat(cut.json().path("left_seconds").asInt()).isBetween(3500, 3600);
      await().atMost(SOON).until(() -> throughTheLine() == -1);

      simulator.post("/api/line/cut", "{\"seconds\":1}");
      await().atMost(SOON).until(() -> !lineOf(simulator).path("cut").asBoolean());
      assertThat(throughTheLine()).isEqualTo(200);
    }
  }

  /** What central answers to somebody who asks at the line; -1 when nobody does. */
  private int throughTheLine() {
    return TestSimulator.ask("http://127.0.0.1:" + line + "/api/entities/x/beacons").status();
  }

  private static JsonNode lineOf(TestSimulator simulator) {
    return health(simulator).path("line");
  }

  @Test
  void anOperatorChangesItems() {
    Map<String, String> settings =
        Map.of("drover.simulator.period", "100", "drover.simulator.token", central.token());
    try (TestSimulator simulator = new TestSimulator(data, central.url(), settings)) {
      await().atMost(SOON).until(() -> central.replaced.size() >= 12);
      assertThat(
              Json.tree(central.replaced.get(0).getBytes(StandardCharsets.UTF_8))
                  .path("updated_at")
                  .isTextual())
          .isTrue();
      assertThat(health(simulator).path("activity").asText()).isEqualTo("changing");
      assertThat(data.resolve("mall.db")).doesNotExist();
    }
  }

  @Test
  void anOperatorTakesCentralsNewKeyAndSaysWhenHeIsRefused() throws Exception {
    Path keys = data.resolve("central-keys");
    central.onlyOwnTokens = true;
    Map<String, String> settings =
        Map.of("drover.simulator.period", "100", "drover.simulator.central-keys", keys.toString());
    try (TestSimulator simulator = new TestSimulator(data, central.url(), settings)) {
      await()
          .atMost(SOON)
          .until(() -> health(simulator).path("activity").asText().startsWith("no token"));
      assertThat(keys).as("only central makes its key").doesNotExist();
      new FileKeyProvider(keys).signing("central-token");
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> {
                assertThat(health(simulator).path("status").asText()).isEqualTo("degraded");
                assertThat(health(simulator).at("/problems/0/cause").asText()).contains("401");
              });
      // central takes another key into use
      Files.writeString(
          keys.resolve("central-token.pem"),
          PrivateKeys.toPem((ECPrivateKey) central.key.getPrivate()));
      int before = central.replaced.size();
      await().atMost(SOON).until(() -> central.replaced.size() > before);
      await().atMost(SOON).until(() -> health(simulator).path("status").asText().equals("healthy"));
    }
  }

  private static JsonNode health(TestSimulator simulator) {
    return simulator.get("/health").json();
  }
}
