package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.e2e.harness.Ports;
import dev.drover.e2e.harness.SimulatorProcess;
import dev.drover.engine.crypto.Role;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What ./drover up shows: a mall of beacons whose line to central is cut, and nothing is lost. */
class SimulatorTest {
  private static final String ENTITY = "mall-simulated";
  private static final int BEACONS = 20;

  private static final int LINE = Ports.free();
  private static final CentralProcess CENTRAL = CentralProcess.alone("simulator-test", Map.of());
  private static final OrchestratorProcess MALL =
      OrchestratorProcess.of(
          CENTRAL,
          ENTITY,
          Map.of(
              "CENTRAL_SERVER_URL", "http://127.0.0.1:" + LINE,
              "DROVER_UPLINK_RETRY_DELAY", "100",
              "DROVER_BEACONS_LOG_PAGE", "5",
              // the beacons of this test speak more often than real ones
              "DROVER_LIMITS_BEACON_REQUESTS", "100000/1m",
              "DROVER_LIMITS_CHALLENGES", "100000/1m"));
  private static final SimulatorProcess SIMULATOR = simulator("simulator", BEACONS);

  /** Has the line too, and nobody who says anything. */
  private static final SimulatorProcess QUIET = simulator("simulator-quiet", 0);

  private static SimulatorProcess simulator(String name, int beacons) {
    Map<String, String> settings = new HashMap<>();
    settings.put("DROVER_SIMULATOR_BEACONS", String.valueOf(beacons));
    settings.put("DROVER_SIMULATOR_HEARTBEAT_INTERVAL", "3s");
    settings.put("DROVER_SIMULATOR_LOGS_PER_MINUTE", "1200");
    settings.put("DROVER_SIMULATOR_BEACON_PAUSE", "200ms");
    settings.put("DROVER_SIMULATOR_TELL_INTERVAL", "1s");
    settings.put("DROVER_CENTRAL_KEYS", CENTRAL.data().resolve("keys").toString());
    return SimulatorProcess.of(name, CENTRAL, MALL, LINE, settings);
  }

  @BeforeAll
  static void start() {
    CENTRAL.start();
    SIMULATOR.start();
    MALL.start();
  }

  @AfterAll
  static void stop() {
    MALL.close();
    SIMULATOR.close();
    QUIET.close();
    CENTRAL.close();
  }

  private static ConditionFactory soon() {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions();
  }

  private static String operator() {
    return CENTRAL.token(Role.OPERATOR, ENTITY, "olga");
  }

  private static JsonNode beacons() {
    return SIMULATOR.health().path("beacons");
  }

  private static JsonNode ledger() {
    return new Api(MALL.url()).get("/api/uplink/ledger", operator()).json();
  }

  /** The beacons that central knows. */
  private static JsonNode known() {
    String path = "/api/entities/" + ENTITY + "/beacons/status?limit=100";
    return CENTRAL.api().get(path, operator()).json().path("beacons");
  }

  /** The ids of all access logs at central; fails when one is there twice. */
  private static Set<String> stored() {
    Set<String> ids = new HashSet<>();
    String path = "/api/entities/" + ENTITY + "/access-logs?limit=1000";
    String cursor = "";
    JsonNode page;
    do {
      page = CENTRAL.api().get(path + cursor, operator()).json();
      page.path("logs")
          .forEach(log -> assertThat(ids.add(log.at("/log/log_id").asText())).isTrue());
      cursor = "&cursor=" + page.path("cursor").asText();
    } while (page.path("has_more").asBoolean());
    return ids;
  }

  @Test
  void nothingIsLostWhenTheLineIsCut() {
    soon().until(() -> beacons().path("registered").asInt() == BEACONS);
    soon().until(() -> stored().size() >= 20);
    // twenty logs may be of fewer beacons
    soon().until(() -> known().size() == BEACONS);
    String told = "beacons registered";
    soon().until(() -> java.nio.file.Files.readString(SIMULATOR.output()).contains(told));

    SIMULATOR.cut(3600);
    long before = beacons().path("logs_acknowledged").asLong();
    soon().until(() -> ledger().path("pending").asInt() >= 20);
    soon().until(() -> beacons().path("logs_acknowledged").asLong() >= before + 20);
    int atCentral = stored().size();
    soon().until(() -> ledger().path("pending").asInt() >= 40);
    assertThat(stored()).as("nothing comes through").hasSize(atCentral);

    SIMULATOR.cut(1);
    soon().until(() -> stored().size() > atCentral);
    long acknowledged = beacons().path("logs_acknowledged").asLong();
    SIMULATOR.close();
    QUIET.start();

    soon().until(() -> ledger().path("pending").asInt() == 0);
    JsonNode ledger = ledger();
    assertThat(ledger.path("balanced").asBoolean()).as(ledger.toString()).isTrue();
    assertThat(ledger.path("parked").asInt()).as(ledger.toString()).isZero();
    assertThat(stored().size()).isGreaterThanOrEqualTo((int) acknowledged);
    anOperatorAsksForLogs(known().at("/0/beacon_id").asText());
  }

  /** Central has them all, and hears so from the mall. */
  private static void anOperatorAsksForLogs(String beacon) {
    String entity = "/api/entities/" + ENTITY;
    String body = "{\"beacon_id\":\"" + beacon + "\",\"since\":\"2025-01-08T00:00:00Z\"}";
    Api.Answer asked = CENTRAL.api().post(entity + "/access-log-requests", operator(), body);
    assertThat(asked.status()).as(asked.toString()).isEqualTo(202);
    String request = entity + "/access-log-requests/" + asked.json().path("request_id").asText();
    soon()
        .until(
            () ->
                CENTRAL
                    .api()
                    .get(request, operator())
                    .json()
                    .path("status")
                    .asText()
                    .equals("answered"));
    String list = entity + "/access-logs?limit=1000&beacon_id=" + beacon;
    int logs = CENTRAL.api().get(list, operator()).json().path("logs").size();
    JsonNode answered = CENTRAL.api().get(request, operator()).json();
    assertThat(answered.path("logs").asInt()).as(answered.toString()).isEqualTo(logs).isPositive();
    assertThat(answered.path("pages").asInt()).as(answered.toString()).isEqualTo((logs + 4) / 5);
  }
}
