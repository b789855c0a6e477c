package dev.drover.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.proto.WrongMessages;
import dev.drover.proto.WrongMessages.Wrong;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;

/** What an enrolled device with its own credentials may read and write at the mall's broker. */
class BeaconMqttTest extends MallTestBase {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final int GRANTED = 1;

  private static RawMqtt login(TestMall mall, TestBeacon beacon, int version) throws Exception {
    RawMqtt client = new RawMqtt(mall.mqtt, version);
    String nonce = beacon.nonce();
    RawMqtt.Packet answer = client.connect(beacon.device, nonce + "." + beacon.sign(nonce));
    assertThat(answer.type()).isEqualTo(RawMqtt.CONNACK);
    assertThat(answer.at(1)).isZero();
    return client;
  }

  @Test
  void c6ABeaconReadsWhatTheContractGrantsItAndNothingElse() throws Exception {
    try (TestMall mall = settled(Map.of())) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      beacon.register();
      TestBeacon other = new TestBeacon(mall, "gate-2");
      other.register();
      for (int version : List.of(4, 5)) {
        try (RawMqtt client = login(mall, beacon, version)) {
          for (String topic :
              List.of(
                  "mall/data_update",
                  "firmware/turnstile",
                  "firmware/esp32-c3",
                  "commands/" + beacon.id())) {
            assertThat(client.subscribe(topic)).as(topic).containsExactly(GRANTED);
            // again, as a client does that has lost its connection
            assertThat(client.subscribe(topic)).as(topic).containsExactly(GRANTED);
          }
          for (String topic :
              List.of(
                  "commands/" + other.id(),
                  "commands/+",
                  "commands/#",
                  "commands/" + beacon.id() + "/x",
                  "mall/#",
                  "mall/+",
                  "+/data_update",
                  "#",
                  "+/+",
                  "mall/data_update/x",
                  "mall/data_update/",
                  "mall/data_update/#",
                  "/mall/data_update",
                  "mall.data_update",
                  "Mall/data_update",
                  "firmware/+",
                  "firmware/#",
                  "firmware/a/b",
                  "firmware/",
                  "firmware",
                  "beacons/" + beacon.id() + "/heartbeat",
                  "beacons/" + other.id() + "/heartbeat",
                  "drover/uplink",
                  "$SYS/#",
                  "$sys/mqtt/sessions",
                  "$share/g/mall/data_update",
                  "$share/gate-1/mall/data_update",
                  "$share/gate-2/mall/data_update")) {
            assertThat(client.subscribe(topic)).as(topic).allMatch(code -> code >= 0x80);
          }
          // one refusal does not take the other filter along
          List<Integer> both = client.subscribe("mall/data_update", "mall/other");
          assertThat(both.get(0)).isEqualTo(GRANTED);
          assertThat(both.get(1)).isGreaterThanOrEqualTo(0x80);
        }
        for (String queue :
            List.of("mall/data_update::gate-2.mall.data_update", "x::gate-1.mall.data_update")) {
          try (RawMqtt client = login(mall, beacon, version)) {
            client.send(client.subscribePacket(queue));
            assertThat(client.closed()).as(queue).isTrue();
          }
        }
      }
    }
  }

  @Test
  void a1ALargeMessageOfAnEnrolledDeviceIsRefusedAndTheMallGoesOn() throws Exception {
    try (TestMall mall = settled(Map.of("drover.mqtt.max-packet-bytes", "100000"))) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      beacon.register();
      String topic = "beacons/" + beacon.id() + "/heartbeat";
      try (RawMqtt client = login(mall, beacon, 5)) {
        client.send(client.publishPacket(topic, new byte[100_100]));
        RawMqtt.Packet answer = client.read();
        assertThat(answer.type()).isEqualTo(RawMqtt.DISCONNECT);
        assertThat(answer.at(0)).isEqualTo(0x95);
      }
      assertThat(beacon.heartbeat("online").status()).isEqualTo(200);
    }
  }

  private String lastSeen(TestMall mall, TestBeacon beacon) {
    for (JsonNode one : mall.get("/api/beacons", operator()).json().path("beacons")) {
      if (one.path("beacon_id").asText().equals(beacon.id())) {
        return one.path("last_seen").asText();
      }
    }
    return "";
  }

  @Test
  void b4ARetainedHeartbeatCountsOnceAndKeepsItsTime() throws Exception {
    TestBeacon retains;
    String seen;
    try (TestMall mall = settled(Map.of())) {
      retains = new TestBeacon(mall, "gate-1");
      retains.register();
      String registered = lastSeen(mall, retains);
      String topic = "beacons/" + retains.id() + "/heartbeat";
      byte[] body = retains.heartbeatBody("error").toString().getBytes(StandardCharsets.UTF_8);
      try (RawMqtt client = login(mall, retains, 4)) {
        client.send(client.publishPacket(topic, body, true));
        assertThat(client.read().type()).isEqualTo(0x40);
      }
      await().atMost(SOON).until(() -> !lastSeen(mall, retains).equals(registered));
      seen = lastSeen(mall, retains);
    }
    for (int start = 0; start < 2; start++) {
      try (TestMall mall = settled(Map.of())) {
        // the reader works on: a message that comes now is read
        TestBeacon other = new TestBeacon(mall, "gate-" + (2 + start));
        other.register();
        try (RawMqtt client = login(mall, other, 5)) {
          byte[] body = other.heartbeatBody("error").toString().getBytes(StandardCharsets.UTF_8);
          client.send(client.publishPacket("beacons/" + other.id() + "/heartbeat", body));
          assertThat(client.read().type()).isEqualTo(0x40);
        }
        await()
            .atMost(SOON)
            .until(
                () ->
                    mall.get("/api/beacons", operator()).json().findValuesAsText("status").stream()
                            .filter("error"::equals)
                            .count()
                        >= 2);
        assertThat(lastSeen(mall, retains)).isEqualTo(seen);
      }
    }
  }

  /** Publishes and waits until the broker has taken it. */
  private static void publish(RawMqtt client, String topic, byte[] body) throws Exception {
    client.send(client.publishPacket(topic, body));
    RawMqtt.Packet answer = client.read();
    assertThat(answer.type()).as(topic).isEqualTo(0x40);
    assertThat(answer.body().length < 3 ? 0 : answer.at(2)).as("reason").isZero();
  }

  private JsonNode ledger(TestMall mall) {
    return mall.get("/api/uplink/ledger", operator()).json();
  }

  /** What the mall has stored of its beacons. */
  private static List<String> rows(TestMall mall, String table) {
    return mall.context
        .getBean(MallStore.class)
        .database()
        .query(row -> row.getString(1), "SELECT * FROM " + table);
  }

  @Test
  void b1b7EveryMessageThatIsWrongIsDroppedAndTheConnectionWorksOn() throws Exception {
    try (TestMall mall = settled(Map.of("drover.limits.beacon-requests", "999999/1m"))) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      beacon.register();
      ObjectNode heartbeat = beacon.heartbeatBody("error");
      ObjectNode logs = beacon.logs("right", "log-01");
      Map<String, ObjectNode> right = Map.of("heartbeat", heartbeat, "access-logs", logs);
      Map<String, String> schemas =
          Map.of("heartbeat", "beacon-heartbeat-request", "access-logs", "access-logs-request");
      assertThat(right.keySet()).isEqualTo(topics(mall));
      await().atMost(SOON).until(() -> ledger(mall).path("pending").asInt() == 0);
      long accepted = ledger(mall).path("accepted").asLong();
      String registered = lastSeen(mall, beacon);
      int tried = 0;
      try (RawMqtt client = login(mall, beacon, 5)) {
        for (String kind : right.keySet()) {
          ObjectNode sample = WrongMessages.sample(HOME, schemas.get(kind));
          sample.setAll(right.get(kind));
          sample.put("entity_id", FakeCentral.ENTITY);
          String topic = "beacons/" + beacon.id() + "/" + kind;
          for (Wrong wrong :
              new WrongMessages(WrongMessages.schema(HOME, schemas.get(kind)), sample).all()) {
            publish(client, topic, wrong.body());
            tried++;
          }
          // Messages are read in their order: when this one has come, the others have gone.
          publish(client, topic, right.get(kind).toString().getBytes(StandardCharsets.UTF_8));
        }
        await().atMost(SOON).until(() -> !lastSeen(mall, beacon).equals(registered));
        await().atMost(SOON).until(() -> !rows(mall, "access_logs").isEmpty());
        await().atMost(SOON).until(() -> ledger(mall).path("pending").asInt() == 0);
        assertThat(tried).isGreaterThan(200);
        assertThat(ledger(mall).path("accepted").asLong()).isEqualTo(accepted + 2);
        assertThat(rows(mall, "access_logs")).hasSize(1);
        assertThat(client.subscribe("mall/data_update")).containsExactly(GRANTED);
      }
    }
  }

  @Test
  void b1ATopicThatIsNoUtf8IsRefused() throws Exception {
    try (TestMall mall = settled(Map.of("drover.limits.beacon-requests", "999999/1m"))) {
      TestBeacon beacon = new TestBeacon(mall, "gate-1");
      beacon.register();
      String registered = lastSeen(mall, beacon);
      byte[] body = beacon.heartbeatBody("error").toString().getBytes(StandardCharsets.UTF_8);
      for (int version : List.of(4, 5)) {
        for (String bad : List.of("\u00ED\u00A0\u0080", "\u00C0\u00AF", "\u00FF")) {
          for (String topic : List.of("beacons/" + bad + "/heartbeat", "beacons/x/" + bad)) {
            try (RawMqtt client = login(mall, beacon, version)) {
              byte[] bytes = topic.replace("x", beacon.id()).getBytes(StandardCharsets.ISO_8859_1);
              client.send(client.publishPacket(bytes, body, false));
              assertThat(refused(client)).as(version + " " + topic).isTrue();
            }
          }
        }
      }
      assertThat(lastSeen(mall, beacon)).isEqualTo(registered);
      assertThat(beacon.heartbeat("online").status()).isEqualTo(200);
    }
  }

  /** By a reason, as MQTT 5 can, or by the end of the connection. */
  private static boolean refused(RawMqtt client) throws IOException {
    try {
      RawMqtt.Packet answer = client.read();
      int reason = answer.type() == RawMqtt.DISCONNECT ? 0 : 2;
      return answer.body().length > reason && answer.at(reason) >= 0x80;
    } catch (EOFException | SocketException e) {
      return true;
    }
  }

  /** What the flows read of beacons over MQTT, by the last word of the topic. */
  private static Set<String> topics(TestMall mall) {
    return mall.context.getBean(CamelContext.class).getRoutes().stream()
        .map(route -> route.getEndpoint().getEndpointUri())
        .filter(uri -> uri.contains("mqtt-batch") && uri.contains("beacons/"))
        .map(uri -> uri.replaceFirst("[?].*", "").replaceFirst(".*/", ""))
        .collect(Collectors.toSet());
  }
}
