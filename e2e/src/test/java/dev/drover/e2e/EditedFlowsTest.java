package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.BeaconFleet;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.FaultProxy;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.OrchestratorProcess;
import dev.drover.e2e.harness.Stream;
import dev.drover.engine.crypto.Role;
import dev.drover.flows.check.RouteCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a reader of the tutorial changes by editing YAML alone, seen on the wire of a running pair.
 * The gate has nothing against these edits.
 */
class EditedFlowsTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String ENTITY = "edited-flows";

  @TempDir static Path home;
  private static final Queue<String> HOOKED = new ConcurrentLinkedQueue<>();
  private static HttpServer webhook;
  private static CentralProcess central;
  private static FaultProxy line;
  private static OrchestratorProcess mall;
  private static Api api;
  private static String operator;

  @BeforeAll
  static void startThePair() throws IOException {
    for (String directory : List.of("routes", "kamelets", "proto", "config")) {
      copy(JavaProcess.HOME.resolve(directory), home.resolve(directory));
    }
    for (String module : List.of("central", "orchestrator", "simulator")) {
      Path settings = Path.of(module, "src/main/resources/application.yaml");
      Files.createDirectories(home.resolve(settings).getParent());
      Files.copy(JavaProcess.HOME.resolve(settings), home.resolve(settings));
    }
    webhook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    webhook.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          HOOKED.add(
              exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().containsKey("Authorization")
                  + " "
                  + new String(body, StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    webhook.start();
    addAFieldToDataUpdate();
    repeatCommandsTenTimes();
    fetchBeaconsBeforeAreas();
    addAWebhookAfterAHeartbeat();
    dropHeartbeatsFirstWhenTheDiskIsLow();
    acknowledgeBeforeApplying();
    Map<String, String> settings =
        Map.of(
            "DROVER_HOME",
            home.toString(),
            "DROVER_LIMITS_HEARTBEAT",
            "1000/1m",
            "DROVER_HEARTBEAT_INTERVAL",
            "1s");
    central = CentralProcess.alone("edited-flows", settings);
    central.start();
    api = central.api();
    operator = central.token(Role.OPERATOR, ENTITY, "olga");
    String entity = "{\"id\":\"" + ENTITY + "\"}";
    assertThat(api.post("/api/entities", central.admin(), entity).status()).isEqualTo(201);
    write("areas", "area-1");
    write("beacons", "beacon-1");
    line = new FaultProxy("127.0.0.1", central.port());
    mall =
        OrchestratorProcess.of(
            central,
            ENTITY,
            Map.of(
                "DROVER_HOME",
                home.toString(),
                "CENTRAL_SERVER_URL",
                line.url(),
                "DROVER_HEARTBEAT_INTERVAL",
                "1s",
                "WEBHOOK_URL",
                "http://127.0.0.1:" + webhook.getAddress().getPort() + "/well"));
    mall.start();
  }

  @AfterAll
  static void stop() {
    mall.close();
    line.close();
    central.close();
    webhook.stop(0);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (java.util.stream.Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static void edit(String file, String text, String instead) throws IOException {
    Path path = home.resolve("routes").resolve(file);
    String before = Files.readString(path);
    assertThat(before).as(file).containsOnlyOnce(text);
    Files.writeString(path, before.replace(text, instead));
  }

  private static void addAFieldToDataUpdate() throws IOException {
    edit(
        "central/06-event-relay.camel.yaml",
        "checksum, event_key}",
        "checksum, event_key, to_seq}");
  }

  private static void repeatCommandsTenTimes() throws IOException {
    edit("central/15-beacons.camel.yaml", "heartbeat(*, 5)", "heartbeat(*, 10)");
  }

  private static void fetchBeaconsBeforeAreas() throws IOException {
    edit("orchestrator/09-sync-full.camel.yaml", "'areas,beacons,", "'beacons,areas,");
  }

  private static void addAWebhookAfterAHeartbeat() throws IOException {
    String last =
        "              - bean:\n"
            + "                  id: log-heartbeat-sent\n"
            + "                  description: Log the protocol's line\n"
            + "                  ref: protocolLog\n";
    edit(
        "orchestrator/04-heartbeat.camel.yaml",
        last,
        "              - removeHeaders:\n"
            + "                  id: clear-for-webhook\n"
            + "                  pattern: \"*\"\n"
            + "              - setBody:\n"
            + "                  id: say-well\n"
            + "                  expression:\n"
            + "                    constant:\n"
            + "                      expression: the mall is well\n"
            + "              - to:\n"
            + "                  id: tell-webhook\n"
            + "                  description: Our own system hears of each heartbeat\n"
            + "                  uri: \"{{env:WEBHOOK_URL:http://127.0.0.1:8080/well}}\"\n"
            + last);
  }

  private static void dropHeartbeatsFirstWhenTheDiskIsLow() throws IOException {
    edit(
        "orchestrator/15-uplink.camel.yaml",
        "${exchangeProperty.DroverUplinkLeft} < 1",
        "${exchangeProperty.DroverUplinkDiskLow} == true");
  }

  private static void acknowledgeBeforeApplying() throws IOException {
    String stored =
        "            description: Queue the acknowledgement of a repeated event only; an owed one waits for the delta\n"
            + "            ref: eventSteps\n"
            + "            method: acknowledge\n";
    edit(
        "orchestrator/03-event-handlers.camel.yaml",
        stored,
        stored
            + "        - bean:\n"
            + "            id: acknowledge-at-once\n"
            + "            description: The event is stored, and each start compares the data\n"
            + "            ref: dataUpdate\n"
            + "            method: settle\n");
  }

  private static void write(String collection, String id) {
    write(ENTITY, collection, id);
  }

  private static void write(String entity, String collection, String id) {
    String path = "/api/entities/" + entity + "/" + collection;
    String body = "{\"id\":\"" + id + "\"}";
    assertThat(api.post(path, central.admin(), body).status()).isEqualTo(201);
  }

  /** A mall with a line of its own, whose disk has too little room and which may ask seldom. */
  private static OrchestratorProcess mall(String entity, FaultProxy line) {
    String body = "{\"id\":\"" + entity + "\"}";
    assertThat(api.post("/api/entities", central.admin(), body).status()).isEqualTo(201);
    return OrchestratorProcess.of(
        central,
        entity,
        Map.of(
            "DROVER_HOME",
            home.toString(),
            "CENTRAL_SERVER_URL",
            line.url(),
            "DROVER_HEALTH_MIN_FREE_MB",
            "999999999",
            "DROVER_LIMITS_BEACON_REQUESTS",
            "999999/1m",
            "DROVER_LIMITS_CHALLENGES",
            "999999/1m",
            "DROVER_SYNC_DELTAS_PER_MINUTE",
            "1"));
  }

  /** Until it has central's data; it is never healthy, for its disk. */
  private static void awaitData(OrchestratorProcess mall, String id) {
    String token = central.token(Role.OPERATOR, mall.entity(), "olga");
    String path = "/api/entities/" + mall.entity() + "/areas/" + id;
    Awaitility.await(id)
        .atMost(SOON)
        .ignoreExceptions()
        .until(() -> new Api(mall.url()).get(path, token).status() == 200);
  }

  @Test
  void theGateHasNothingAgainstThem() {
    assertThat(new RouteCheck().check(home)).isEmpty();
  }

  @Test
  void aDataUpdateHasTheFieldThatWasAdded() {
    try (Stream stream = Stream.open(central.url(), operator, null)) {
      stream.await("connected");
      write("merchants", "merchant-1");
      JsonNode told = stream.awaitChange("merchant-1").json();
      assertThat(told.path("to_seq").asLong()).isPositive();
      assertThat(told.path("event_key").asText()).isEqualTo("data:" + told.path("to_seq").asLong());
      assertThat(told.path("type").asText()).isEqualTo("entity_update");
    }
    Awaitility.await("the mall takes it")
        .atMost(SOON)
        .until(
            () -> {
              String path = "/api/entities/" + ENTITY + "/merchants/merchant-1";
              return new Api(mall.url()).get(path, operator).status() == 200;
            });
  }

  @Test
  void aCommandIsToldTenTimes() {
    Mall second = Mall.fresh("edited-commands");
    String token = second.register(api).path("token").asText();
    String admin = central.admin();
    String beacons = "/api/orchestrators/beacons/";
    String gate = "{\"beacon_id\":\"gate-1\",\"device_id\":\"d-1\",\"device_type\":\"turnstile\"}";
    assertThat(api.post(beacons + "register", token, gate).status()).isEqualTo(200);
    String commands = "/api/entities/" + second.entity() + "/beacons/gate-1/commands";
    assertThat(api.post(commands, admin, "{\"type\":\"reboot\"}").status()).isEqualTo(201);
    String alive =
        "{\"beacon_id\":\"gate-1\",\"status\":\"online\",\"timestamp\":\"2026-01-08T10:00:00Z\"}";
    for (int i = 1; i <= 11; i++) {
      JsonNode answer = api.post(beacons + "heartbeat", token, alive).json();
      assertThat(answer.path("commands")).as("answer " + i).hasSize(i <= 10 ? 1 : 0);
    }
  }

  @Test
  void beaconsAreFetchedBeforeAreas() {
    Awaitility.await("a full sync")
        .atMost(SOON)
        .until(() -> line.asked().stream().anyMatch(request -> request.contains("/sync/full")));
    assertThat(line.asked())
        .filteredOn(request -> request.contains("/sync/full"))
        .allMatch(request -> request.matches(".*include=beacons(,|%2C)areas(,|%2C).*"));
  }

  @Test
  void aWebhookHearsOfEachHeartbeatAndGetsNoToken() {
    Awaitility.await("two heartbeats").atMost(SOON).until(() -> HOOKED.size() >= 2);
    assertThat(HOOKED).containsOnly("/well false the mall is well");
  }

  @Test
  void anEventIsAcknowledgedBeforeItIsAppliedAndAppliedAfterADeath() {
    String entity = "edited-acks";
    try (FaultProxy own = new FaultProxy("127.0.0.1", central.port());
        OrchestratorProcess early = mall(entity, own)) {
      write(entity, "areas", "first");
      early.launch();
      awaitData(early, "first");
      // The one delta of this minute came with the full sync.
      Awaitility.await("a delta")
          .atMost(SOON)
          .until(() -> own.asked().stream().anyMatch(request -> request.contains("/sync/delta")));
      own.listen();
      int before = own.asked().size();
      write(entity, "areas", "second");
      Awaitility.await("the acknowledgement")
          .atMost(SOON)
          .until(() -> own.heard().contains("event_ack"));
      // A comparison of what it has may still go on; it brings no data.
      assertThat(own.asked().stream().skip(before))
          .noneMatch(request -> request.matches(".*/sync/(?!checksum).*"));
      String token = central.token(Role.OPERATOR, entity, "olga");
      String second = "/api/entities/" + entity + "/areas/second";
      assertThat(new Api(early.url()).get(second, token).status()).isEqualTo(404);
      early.kill();
      early.launch();
      awaitData(early, "second");
    }
  }

  @Test
  void heartbeatsOfBeaconsGiveWayFirstWhenTheDiskIsLow() throws Exception {
    String entity = "edited-uplink";
    try (FaultProxy own = new FaultProxy("127.0.0.1", central.port());
        OrchestratorProcess full = mall(entity, own);
        BeaconFleet fleet = new BeaconFleet(entity, new Api(full.url()), 3, 7)) {
      write(entity, "areas", "first");
      own.listen();
      full.launch();
      awaitData(full, "first");
      fleet.start();
      fleet.allow(60);
      Awaitility.await("reports").atMost(SOON).until(() -> fleet.accepted() >= 60);
      fleet.finish();
      Awaitility.await("the last reports").atMost(SOON).until(fleet::finished);
      fleet.check();
      assertThat(fleet.heartbeats().values()).anyMatch(times -> !times.isEmpty());
      String token = central.token(Role.OPERATOR, entity, "olga");
      Awaitility.await("an empty uplink")
          .atMost(SOON)
          .until(
              () -> {
                JsonNode ledger = new Api(full.url()).get("/api/uplink/ledger", token).json();
                return ledger.path("accepted").asInt() > 0 && ledger.path("pending").asInt() == 0;
              });
      assertThat(own.heard()).contains("access_logs").doesNotContain("beacon_heartbeat");
    }
  }
}
