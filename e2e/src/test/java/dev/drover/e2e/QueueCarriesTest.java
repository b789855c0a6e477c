package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.files.Trees;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.BeaconFleet;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.FaultProxy;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.e2e.harness.Ports;
import dev.drover.e2e.harness.Shared;
import dev.drover.engine.crypto.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue of a mall carries what is sent to central, and the mall's store fills its holes: a mall
 * whose store has lost what the writes say sends what the queue has of them, and a mall whose queue
 * has lost its disk sends what the store has.
 */
class QueueCarriesTest {
  private static final Logger LOG = LoggerFactory.getLogger(QueueCarriesTest.class);
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int BEACONS = 3;
  private static final int REPORTS = 60;

  private final CentralProcess central = Shared.central();

  @ParameterizedTest
  @ValueSource(strings = {"mqtt", "kafka"})
  void whatTheQueueBringsIsSentAndTheStoreFillsItsHoles(String queue) throws Exception {
    String entity = "carries-" + queue;
    try (FaultProxy proxy = new FaultProxy("127.0.0.1", central.port());
        OrchestratorProcess mall = mall(entity, queue, proxy);
        BeaconFleet fleet = new BeaconFleet(entity, new Api(mall.url()), BEACONS, 1)) {
      mall.start();
      fleet.start();
      awaitAccepted(fleet, BEACONS);
      awaitSettled(mall);

      proxy.set(FaultProxy.Mode.ANSWER_503);
      report(fleet, mall);
      double carried = metric(mall, "carried");
      double filled = metric(mall, "filled");
      assertThat(update(mall, "UPDATE uplink_items SET body = NULL WHERE published = 1"))
          .isPositive();
      long waiting = count(mall, "published IS NOT 1");
      proxy.set(FaultProxy.Mode.PASS);
      awaitSettled(mall);
      assertThat(metric(mall, "carried")).as("carried by the queue").isGreaterThan(carried);
      assertThat(metric(mall, "filled") - filled)
          .as("read from the store")
          .isLessThanOrEqualTo(waiting);
      assertThat(central.storedLogs(entity)).isEqualTo(fleet.logs());

      proxy.set(FaultProxy.Mode.ANSWER_503);
      report(fleet, mall);
      mall.kill();
      mall.awaitChildren(PATIENCE);
      Trees.delete(mall.data().resolve(queue));
      proxy.set(FaultProxy.Mode.PASS);
      mall.launch();
      mall.awaitHealth(PATIENCE);
      awaitSettled(mall);
      fleet.finish();
      Awaitility.await().atMost(PATIENCE).until(fleet::finished);
      awaitSettled(mall);
      assertThat(central.storedLogs(entity)).as("each once and in order").isEqualTo(fleet.logs());
      JsonNode ledger = ledger(mall);
      assertThat(ledger.path("balanced").asBoolean()).as(ledger.toString()).isTrue();
      assertThat(ledger.path("parked").asInt()).as(ledger.toString()).isZero();
    }
  }

  /** The log of the store is all that has them, but for the queue. */
  @Test
  void f6WhatTheStoreLosesWithItsLogIsSentFromTheQueueOrIsAGap() throws Exception {
    String entity = "log-cut";
    try (FaultProxy proxy = new FaultProxy("127.0.0.1", central.port());
        OrchestratorProcess mall = mall(entity, "mqtt", proxy);
        BeaconFleet fleet = new BeaconFleet(entity, new Api(mall.url()), BEACONS, 1)) {
      mall.start();
      fleet.start();
      awaitAccepted(fleet, BEACONS);
      awaitSettled(mall);
      proxy.set(FaultProxy.Mode.ANSWER_503);
      report(fleet, mall);
      mall.kill();
      Path log = mall.data().resolve("mall.db-wal");
      byte[] whole = Files.readAllBytes(log);
      assertThat(whole).as("the log of a store after kill -9").isNotEmpty();
      Files.write(log, Arrays.copyOf(whole, whole.length / 2));

      mall.launch();
      Awaitility.await("its ledger")
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> ledger(mall).path("accepted").asLong(-1) >= 0);
      proxy.set(FaultProxy.Mode.PASS);
      awaitSettled(mall);
      long lost = fleet.accepted() - stored(entity);
      JsonNode ledger = ledger(mall);
      LOG.info("{} of {} reports are lost: {}", lost, fleet.accepted(), ledger);
      assertThat(ledger.path("gap").asLong()).as("shown: " + ledger).isGreaterThanOrEqualTo(lost);
      assertThat(new Api(mall.url()).get("/health", null).json().at("/checks/uplink").asText())
          .isEqualTo(ledger.path("gap").asLong() > 0 ? "unhealthy" : "healthy");
    }
  }

  /** How many different writes of this mall central has stored. */
  private long stored(String entity) {
    String path = "/api/orchestrators?entity_id=" + entity;
    return central.api().get(path, central.admin()).json().at("/0/uploads/stored").asLong(-1);
  }

  private OrchestratorProcess mall(String entity, String queue, FaultProxy proxy) {
    return OrchestratorProcess.of(
        central,
        entity,
        Map.of(
            "CENTRAL_SERVER_URL", proxy.url(),
            "DROVER_QUEUE", queue,
            "DROVER_KAFKA_PORT", String.valueOf(Ports.free()),
            "DROVER_UPLINK_RETRY_DELAY", "100",
            "DROVER_UPLINK_BATCH_SIZE", "20",
            "DROVER_UPLINK_LINGER", "50",
            "DROVER_LIMITS_CHALLENGES", "999999/1m",
            "DROVER_LIMITS_BEACON_REQUESTS", "999999/1m"));
  }

  /** Reports that wait, in the queue but for those that follow a registration. */
  private static void report(BeaconFleet fleet, OrchestratorProcess mall) {
    int before = fleet.accepted();
    fleet.allow(REPORTS);
    awaitAccepted(fleet, before + REPORTS);
    Awaitility.await("the queue has them")
        .atMost(PATIENCE)
        .until(
            () ->
                count(mall, "published = 1") > 0
                    && count(mall, "published IS NOT 1 AND waits_for IS NULL AND class <> 'latest'")
                        == 0);
  }

  private static void awaitAccepted(BeaconFleet fleet, int reports) {
    Awaitility.await("report " + reports)
        .atMost(PATIENCE)
        .until(
            () -> {
              fleet.check();
              return fleet.accepted() >= reports;
            });
  }

  private JsonNode ledger(OrchestratorProcess mall) {
    String operator = central.token(Role.OPERATOR, mall.entity(), "olga");
    return new Api(mall.url()).get("/api/uplink/ledger", operator).json();
  }

  private void awaitSettled(OrchestratorProcess mall) {
    Awaitility.await("the mall's queue is empty")
        .atMost(PATIENCE)
        .until(() -> ledger(mall), ledger -> ledger.path("pending").asLong(-1) == 0);
  }

  private double metric(OrchestratorProcess mall, String name) {
    String url = "http://127.0.0.1:" + mall.setting("DROVER_MANAGEMENT_PORT");
    String line = "orchestrator_uplink_" + name + " ";
    List<String> found =
        new Api(url)
            .get("/actuator/prometheus", central.admin())
            .body()
            .lines()
            .filter(each -> each.startsWith(line))
            .toList();
    assertThat(found).as(line).hasSize(1);
    return Double.parseDouble(found.get(0).substring(line.length()));
  }

  private static Connection open(OrchestratorProcess mall) throws SQLException {
    Path store = mall.data().resolve("mall.db");
    return DriverManager.getConnection("jdbc:sqlite:" + store + "?busy_timeout=5000");
  }

  private static long count(OrchestratorProcess mall, String condition) throws SQLException {
    try (Connection open = open(mall);
        Statement statement = open.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT count(*) FROM uplink_items WHERE " + condition)) {
      return row.getLong(1);
    }
  }

  private static int update(OrchestratorProcess mall, String sql) throws SQLException {
    try (Connection open = open(mall);
        Statement statement = open.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }
}
