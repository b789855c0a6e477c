package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.crypto.Role;
import dev.drover.orchestrator.beacon.ShutOutBeacons;
import dev.drover.proto.BeaconId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.junit.jupiter.api.Test;

/** Which id a device gets, how many may come, and that a stolen one is shut out. */
class BeaconRightsTest extends MallTestBase {
  private static final Map<String, String> MANY =
      Map.of(
          "drover.limits.beacon-requests", "9999/1m",
          "drover.limits.challenges", "9999/1m",
          "drover.limits.failed-signatures", "9999/1m",
          "drover.limits.enrolments", "3/1h");
  private static final String WHY = "{\"reason\":\"stolen\"}";

  private static void assertRefused(TestMall.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo(code);
  }

  @Test
  void c5ADeviceNamesOnlyAnIdThatTheMallsDataGivesIt() {
    central.data.put("beacons", "east-gate", "{\"id\":\"east-gate\",\"device_id\":\"gate-1\"}");
    try (TestMall mall = settled(MANY)) {
      String predictable = BeaconId.of(FakeCentral.ENTITY, "gate-1");
      TestBeacon stranger = new TestBeacon(mall, "stranger");
      assertThat(
              stranger
                  .post(
                      "register", stranger.registration().put("beacon_id", "east-gate").toString())
                  .json()
                  .path("beacon_id")
                  .asText())
          .isEqualTo(BeaconId.of(FakeCentral.ENTITY, "stranger"));
      TestBeacon other = new TestBeacon(mall, "stranger-2");
      assertThat(
              other
                  .post("register", other.registration().put("beacon_id", predictable).toString())
                  .json()
                  .path("beacon_id")
                  .asText())
          .isEqualTo(BeaconId.of(FakeCentral.ENTITY, "stranger-2"));
      TestBeacon victim = new TestBeacon(mall, "gate-1");
      TestMall.Answer given =
          victim.post("register", victim.registration().put("beacon_id", "east-gate").toString());
      assertThat(given.status()).as(given.body()).isEqualTo(200);
      assertThat(given.json().path("beacon_id").asText()).isEqualTo("east-gate");
      TestBeacon fourth = new TestBeacon(mall, "gate-4");
      assertRefused(fourth.register(), 429, "RATE_LIMIT_EXCEEDED");
      assertThat(
              victim
                  .post("register", victim.registration().put("beacon_id", "east-gate").toString())
                  .status())
          .as("a known device is no new one")
          .isEqualTo(200);
    }
  }

  private static MqttClient login(TestMall mall, TestBeacon beacon) throws MqttException {
    String nonce = beacon.nonce();
    MqttClient client =
        new MqttClient("tcp://127.0.0.1:" + mall.mqtt, beacon.device, new MemoryPersistence());
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(beacon.device);
    options.setPassword((nonce + "." + beacon.sign(nonce)).getBytes(StandardCharsets.UTF_8));
    options.setAutomaticReconnect(false);
    client.setTimeToWait(10_000);
    client.connect(options);
    return client;
  }

  @Test
  void c11ARevokedBeaconIsShutOutAlsoWithTheLineCutAndAfterARestart() throws Exception {
    String id;
    try (TestMall mall = settled(MANY)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      beacon.register();
      id = beacon.id();
      TestBeacon other = new TestBeacon(mall, "gate-2");
      other.register();
      MqttClient client = login(mall, beacon);
      MqttClient untouched = login(mall, other);
      String operator = operator();
      String orchestrator = central.token(Role.ORCHESTRATOR, FakeCentral.ENTITY);
      central.close();
      String path = "/api/beacons/" + id + "/";
      assertRefused(mall.send("POST", path + "revoke", orchestrator, WHY), 403, "FORBIDDEN");
      assertRefused(mall.send("POST", path + "revoke", operator, "{}"), 400, "VALIDATION_FAILED");
      assertRefused(
          mall.send("POST", "/api/beacons/nobody/revoke", operator, WHY),
          404,
          "BEACON_NOT_REGISTERED");
      TestMall.Answer revoked = mall.send("POST", path + "revoke", operator, WHY);
      assertThat(revoked.status()).as(revoked.body()).isEqualTo(200);
      assertThat(revoked.json().path("revoked_at").asText()).isNotEmpty();
      assertThat(mall.send("POST", path + "revoke", operator, WHY).body())
          .isEqualTo(revoked.body());
      assertRefused(beacon.heartbeat("online"), 401, "AUTH_TOKEN_REVOKED");
      assertRefused(
          beacon.post("register", beacon.registration().toString()), 401, "AUTH_TOKEN_REVOKED");
      await().atMost(SOON).until(() -> !client.isConnected());
      assertThatThrownBy(() -> login(mall, beacon)).isInstanceOf(MqttException.class);
      assertThat(untouched.isConnected()).isTrue();
      assertThat(other.heartbeat("online").status()).isEqualTo(200);
      assertThat(mall.send("POST", path + "restore", operator, "{}").status()).isEqualTo(200);
      assertThat(beacon.heartbeat("online").status()).isEqualTo(200);
      assertThat(mall.send("POST", path + "revoke", operator, WHY).status()).isEqualTo(200);
      untouched.disconnectForcibly(0, 1_000);
    }
    try (TestMall mall = mall(MANY)) {
      assertThat(mall.context.getBean(ShutOutBeacons.class).revoked(id)).isTrue();
    }
  }

  @Test
  void c11ABeaconThatCentralHasRevokedIsShutOut() {
    try (TestMall mall = settled(MANY)) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      beacon.register();
      String list =
          "{\"type\":\"revoked_beacons\",\"config\":{\"beacon_ids\":[%s]},\"version\":%d,"
              + "\"event_key\":\"r%d\",\"entity_id\":\""
              + FakeCentral.ENTITY
              + "\"}";
      central.send("evt-e-0-1", "config_update", list.formatted('"' + beacon.id() + '"', 1, 1));
      await().atMost(SOON).until(() -> acked("evt-e-0-1"));
      assertRefused(beacon.heartbeat("online"), 401, "AUTH_TOKEN_REVOKED");
      central.send("evt-e-0-2", "config_update", list.formatted("", 2, 2));
      await().atMost(SOON).until(() -> acked("evt-e-0-2"));
      assertThat(beacon.heartbeat("online").status()).isEqualTo(200);
    }
  }
}
