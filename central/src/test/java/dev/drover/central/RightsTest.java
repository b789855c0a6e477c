package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Role;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what at central, and that a refusal costs nothing. */
class RightsTest {
  @TempDir static Path data;
  private static TestCentral central;

  @BeforeAll
  static void start() {
    central =
        new TestCentral(data, "--drover.limits.sync-delta=1/1m", "--drover.limits.beacons=1/1m");
  }

  @AfterAll
  static void stop() {
    central.close();
  }

  private static void assertRefused(TestCentral.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
  }

  @Test
  void c1AnOperatorOfOneEntityCreatesNone() {
    String operator = central.token(Role.OPERATOR, "mall-one");
    assertRefused(
        central.post("/api/entities", operator, "{\"id\":\"mall-other\"}"), 403, "FORBIDDEN");
    assertRefused(
        central.post("/api/entities", operator, "{\"id\":\"mall-one\"}"), 403, "FORBIDDEN");
    assertThat(central.get("/api/entities/mall-other", central.admin()).status()).isEqualTo(404);
    String ofAll = central.token(Role.OPERATOR, "*");
    assertThat(central.post("/api/entities", ofAll, "{\"id\":\"mall-one\"}").status())
        .isEqualTo(201);
    assertThat(central.post("/api/entities", central.admin(), "{\"id\":\"mall-two\"}").status())
        .isEqualTo(201);
  }

  @Test
  void c10AnOperatorSpeaksForNoMallOverAWebSocket() throws Exception {
    TestCentral.Mall mall = central.registered("frames");
    FrameClient operator = new FrameClient(central, central.token(Role.OPERATOR, mall.entity));
    for (String frame :
        new String[] {
          "{\"type\":\"ack\",\"event_ids\":[\"evt-1\"]}",
          "{\"type\":\"heartbeat\",\"status\":\"healthy\"}"
        }) {
      JsonNode answer = operator.reply(frame);
      assertThat(answer.path("type").asText()).as(answer.toString()).isEqualTo("error");
      assertThat(answer.at("/error/code").asText()).isEqualTo("FORBIDDEN");
    }
    FrameClient own = new FrameClient(central, mall.token);
    assertThat(own.reply("{\"type\":\"ack\",\"event_ids\":[\"evt-1\"]}").path("unknown"))
        .hasSize(1);
    assertThat(
            own.reply("{\"type\":\"heartbeat\",\"status\":\"healthy\"}")
                .path("acknowledged")
                .asBoolean())
        .isTrue();
  }

  @Test
  void c7ARefusedHeartbeatUsesUpNoHeartbeat() throws Exception {
    TestCentral.Mall mall = central.registered("beats");
    assertRefused(mall.heartbeat(",\"entity_id\":\"another\""), 403, "ENTITY_FORBIDDEN");
    assertRefused(mall.heartbeat(",\"orchestrator_id\":\"another\""), 403, "FORBIDDEN");
    assertThat(mall.heartbeat("").status()).isEqualTo(200);
    assertRefused(mall.heartbeat(""), 429, "RATE_LIMIT_EXCEEDED");
    TestCentral.Mall framed = central.registered("framed-beats");
    FrameClient socket = new FrameClient(central, framed.token);
    String foreign = "{\"type\":\"heartbeat\",\"status\":\"healthy\",\"entity_id\":\"another\"}";
    assertThat(socket.reply(foreign).at("/error/code").asText()).isEqualTo("ENTITY_FORBIDDEN");
    String right = "{\"type\":\"heartbeat\",\"status\":\"healthy\"}";
    assertThat(socket.reply(right).path("acknowledged").asBoolean()).isTrue();
  }

  @Test
  void c7ARefusedDeltaUsesUpNoDelta() {
    String operator = central.token(Role.OPERATOR, "*");
    TestCentral.Mall mall = central.registered("deltas");
    String path = "/api/orchestrators/sync/delta?cursor=0&entity_id=";
    assertRefused(central.get(path + "nobody", operator), 404, "ENTITY_NOT_FOUND");
    assertRefused(central.get(path + "another", mall.token), 403, "ENTITY_FORBIDDEN");
    assertThat(central.get(path + mall.entity, operator).status()).isEqualTo(200);
    assertThat(central.get(path + mall.entity, mall.token).status()).isEqualTo(200);
  }

  @Test
  void c7ARefusedReportAboutABeaconUsesUpNothing() {
    String registration = "{\"device_id\":\"gate-1\",\"device_type\":\"turnstile\"%s}";
    String report = "{\"beacon_id\":\"%s\",\"status\":\"online\"%s}";
    String logs =
        "{\"beacon_id\":\"%s\",\"batch_id\":\"b\",\"logs\":[{\"log_id\":\"l\",\"timestamp\":"
            + "\"2026-11-21T10:00:00Z\",\"result\":\"success\"}],\"total_logs\":1%s}";
    String foreign = ",\"entity_id\":\"another\"";
    String door = "/api/orchestrators/beacons/";
    TestCentral.Mall mall = central.registered("reports");
    for (int i = 0; i < 2; i++) {
      assertRefused(
          central.post(door + "register", mall.token, registration.formatted(foreign)),
          403,
          "ENTITY_FORBIDDEN");
      for (String[] kind : new String[][] {{"heartbeat", report}, {"access-logs", logs}}) {
        String path = door + kind[0];
        assertRefused(
            central.post(path, mall.token, kind[1].formatted("b", foreign)),
            403,
            "ENTITY_FORBIDDEN");
        assertRefused(
            central.post(path, mall.token, kind[1].formatted("b", "")),
            404,
            "BEACON_NOT_REGISTERED");
      }
    }
    assertThat(central.post(door + "register", mall.token, registration.formatted("")).status())
        .isEqualTo(200);
  }
}
