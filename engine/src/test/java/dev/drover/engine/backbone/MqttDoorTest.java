package dev.drover.engine.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.drover.engine.limit.ByteBudget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that no well-meaning client sends. */
class MqttDoorTest {
  private static final int MIB = 1 << 20;
  private static final int MQTT_5 = 5;
  private static final String TOPIC = "beacons/b-1/heartbeat";
  private static final MqttLimits QUICK =
      new MqttLimits(MIB, 64 << 10, 20, 8, 6, Duration.ofMillis(1_500), Duration.ofMillis(1_500));

  @TempDir Path dir;
  private final int port = FreePort.pick();
  private final List<AutoCloseable> open = new ArrayList<>();
  private ByteBudget budget = new ByteBudget(8 * MIB);
  private EmbeddedArtemis broker;

  private void start(MqttLimits limits) {
    broker =
        new EmbeddedArtemis(
                new ArtemisConfig(
                    dir, "127.0.0.1", port, Optional.empty(), Duration.ofDays(1), limits),
                new Own(),
                budget)
            .start();
  }

  private RawMqtt client(int version) throws Exception {
    RawMqtt client = new RawMqtt(port, version);
    open.add(client);
    return client;
  }

  private RawMqtt beacon(int version) throws Exception {
    RawMqtt client = client(version);
    RawMqtt.Packet answer = client.connect("b-1", "secret");
    assertThat(answer.type()).isEqualTo(RawMqtt.CONNACK);
    assertThat(answer.at(1)).isZero();
    return client;
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    broker.close();
  }

  private void everythingIsGivenBack() {
    await().atMost(Duration.ofSeconds(10)).until(() -> budget.used() == 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, MQTT_5})
  void a1AMessageOf20MbIsRefusedBeforeItIsStored(int version) throws Exception {
    start(QUICK);
    RawMqtt reader = client(version);
    reader.connect("reader", "secret");
    assertThat(reader.subscribe(TOPIC)).containsExactly(1);

    RawMqtt beacon = beacon(version);
    byte[] packet = beacon.publishPacket(TOPIC, new byte[20 * MIB]);
    Thread sender = new Thread(() -> beacon.send(packet));
    sender.start();
    if (version == MQTT_5) {
      RawMqtt.Packet answer = beacon.read();
      assertThat(answer.type()).isEqualTo(RawMqtt.DISCONNECT);
      assertThat(answer.at(0)).isEqualTo(0x95);
    }
    assertThat(beacon.closed()).isTrue();
    sender.join();
    everythingIsGivenBack();
    assertThat(broker.refused()).isPositive();
    // and the next one of an ordinary size passes
    RawMqtt again = beacon(version);
    again.send(again.publishPacket(TOPIC, "on".getBytes(StandardCharsets.UTF_8)));
    assertThat(again.read().type()).isEqualTo(0x40);
    assertThat(reader.read().body()).as("what its reader has").hasSizeLessThan(100);
  }

  @Test
  void a1TheLargestPacketIsAnnounced() throws Exception {
    start(QUICK);
    RawMqtt client = client(MQTT_5);
    byte[] said = client.connect("b-1", "secret").body();
    byte[] size = {0x27, 0, 0x10, 0, 0};
    assertThat(indexOf(said, size)).as(Arrays.toString(said)).isPositive();
  }

  private static int indexOf(byte[] all, byte[] part) {
    for (int i = 0; i + part.length <= all.length; i++) {
      if (Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void a1AStoredMessageThatItsReaderDoesNotTakeIsDroppedAndCounted() throws Exception {
    // as an older version took it
    budget = new ByteBudget(64 * MIB);
    start(MqttLimits.of(32 * MIB, 20, 20));
    MqttClient first = reader(0);
    first.subscribe("beacons/+/heartbeat", 1);
    first.disconnect();
    first.close();
    long before = broker.pending();
    RawMqtt beacon = beacon(MQTT_5);
    beacon.send(beacon.publishPacket(TOPIC, new byte[20 * MIB]));
    assertThat(beacon.read().type()).isEqualTo(0x40);
    beacon.send(beacon.publishPacket(TOPIC, "after".getBytes(StandardCharsets.UTF_8)));
    assertThat(beacon.read().type()).isEqualTo(0x40);
    broker.close();

    start(QUICK);
    MqttClient second = reader(MIB);
    assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("after");
    await().atMost(Duration.ofSeconds(10)).until(() -> broker.dropped() == 1);
    await().atMost(Duration.ofSeconds(10)).until(() -> broker.pending() == before);
    second.disconnect();
    second.close();
  }

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

  private MqttClient reader(long takes) throws Exception {
    MqttClient client =
        new MqttClient("tcp://127.0.0.1:" + port, "reader", new MemoryPersistence());
    client.setCallback(
        new Received(message -> received.add(new String(message, StandardCharsets.UTF_8))));
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName("reader");
    options.setPassword("secret".getBytes(StandardCharsets.UTF_8));
    options.setCleanStart(false);
    options.setSessionExpiryInterval(3_600L);
    if (takes > 0) {
      options.setMaximumPacketSize(takes);
    }
    client.connect(options);
    return client;
  }

  @ParameterizedTest
  @ValueSource(ints = {4, MQTT_5})
  void a10AConnectWithTwoMegabytesOfWillPropertiesIsRefused(int version) throws Exception {
    start(QUICK);
    RawMqtt client = client(version);
    byte[] property = new byte[2 * MIB];
    Thread sender = new Thread(() -> client.send(client.connectPacket("b-1", "secret", property)));
    sender.start();
    if (version == MQTT_5) {
      RawMqtt.Packet answer = client.read();
      assertThat(answer.type()).isEqualTo(RawMqtt.CONNACK);
      assertThat(answer.at(1)).isEqualTo(0x95);
    }
    assertThat(client.closed()).isTrue();
    sender.join();
    everythingIsGivenBack();
  }

  @Test
  void a1UnfinishedMessagesOfManyClientsShareOneBudget() throws Exception {
    budget = new ByteBudget(2 * MIB);
    start(new MqttLimits(MIB, 64 << 10, 20, 20, 6, Duration.ofSeconds(10), Duration.ofSeconds(60)));
    List<RawMqtt> clients = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      RawMqtt client = client(MQTT_5);
      assertThat(client.connect("b-" + i, "secret").at(1)).isZero();
      byte[] packet = client.publishPacket("beacons/b-" + i + "/heartbeat", new byte[900_000]);
      client.send(Arrays.copyOf(packet, packet.length - 1));
      clients.add(client);
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> broker.refused() == 3);
    assertThat(budget.used()).isLessThanOrEqualTo(2 * MIB);
    for (RawMqtt client : clients) {
      client.close();
    }
    everythingIsGivenBack();
  }

  @Test
  void a1AnUnfinishedMessageIsCutAfterAWhile() throws Exception {
    start(QUICK);
    RawMqtt beacon = beacon(MQTT_5);
    byte[] packet = beacon.publishPacket(TOPIC, new byte[900_000]);
    beacon.send(Arrays.copyOf(packet, packet.length - 1));
    assertThat(beacon.closed()).isTrue();
    everythingIsGivenBack();
  }

  @Test
  void a1WhoSendsNoConnectIsCutAfterAWhile() throws Exception {
    start(QUICK);
    RawMqtt silent = client(MQTT_5);
    RawMqtt slow = client(MQTT_5);
    slow.send((byte) 0x10, (byte) 0x30, (byte) 0);
    assertThat(silent.closed()).isTrue();
    assertThat(slow.closed()).isTrue();
    everythingIsGivenBack();
  }

  @Test
  void a1WhatIsNoMqttIsClosedAtOnce() throws Exception {
    start(MqttLimits.usual());
    for (String first :
        List.of("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", "GET /mqtt HTTP/1.1\r\n")) {
      RawMqtt stranger = client(MQTT_5);
      long begun = System.nanoTime();
      stranger.send(first.getBytes(StandardCharsets.US_ASCII));
      assertThat(stranger.closed()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
    }
    RawMqtt eager = client(MQTT_5);
    eager.send(eager.publishPacket(TOPIC, new byte[100]));
    assertThat(eager.closed()).isTrue();
    RawMqtt endless = client(MQTT_5);
    endless.send((byte) 0x10, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0x7F);
    assertThat(endless.closed()).isTrue();
  }

  @Test
  void a1OneAddressHasItsShareOfConnectionsOnly() throws Exception {
    start(QUICK);
    List<RawMqtt> let = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      RawMqtt client = client(MQTT_5);
      assertThat(client.connect("b-" + i, "secret").at(1)).isZero();
      let.add(client);
    }
    assertThat(client(MQTT_5).closed()).isTrue();
    let.get(0).close();
    await()
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptions()
        .until(() -> client(MQTT_5).connect("b-9", "secret").at(1) == 0);
  }

  @Test
  void a1OnlySoManyMayNotHaveLoggedIn() throws Exception {
    start(QUICK);
    for (int i = 1; i <= 6; i++) {
      client(MQTT_5).send((byte) 0x10);
    }
    assertThat(client(MQTT_5).closed()).isTrue();
    assertThat(broker.refused()).isPositive();
  }

  @Test
  void manyMessagesOfOneClientAllArrive() throws Exception {
    start(MqttLimits.usual());
    RawMqtt reader = client(4);
    reader.connect("reader", "secret");
    reader.subscribe(TOPIC);
    RawMqtt beacon = beacon(MQTT_5);
    int count = 200;
    Thread sender =
        new Thread(
            () -> {
              for (int i = 0; i < count; i++) {
                beacon.send(beacon.publishPacket(TOPIC, new byte[40_000]));
              }
            });
    sender.start();
    for (int i = 0; i < count; i++) {
      assertThat(beacon.read().type()).isEqualTo(0x40);
    }
    sender.join();
    await().atMost(Duration.ofSeconds(10)).until(() -> budget.used() == 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, MQTT_5})
  void c6SharedSubscriptionsAreRefused(int version) throws Exception {
    start(MqttLimits.usual());
    RawMqtt beacon = beacon(version);
    int refusal = version == MQTT_5 ? 0x9E : 0x80;
    assertThat(beacon.subscribe("$share/b-1/" + TOPIC)).containsExactly(refusal);
    assertThat(beacon.subscribe("$share/g/" + TOPIC)).containsExactly(refusal);
    assertThat(beacon.subscribe(TOPIC)).containsExactly(1);
  }

  /** Beacons write and read the topics under their own id; the reader reads all. */
  private static final class Own implements MqttAuthoriser {
    @Override
    public Optional<Principal> authenticate(MqttLogin login) {
      return login
          .username()
          .filter(user -> user.equals(login.clientId()))
          .filter(user -> login.password().equals(Optional.of("secret")))
          .map(user -> () -> user);
    }

    @Override
    public boolean allows(Principal identity, String topic, MqttAction action) {
      return identity.getName().equals("reader")
          ? action == MqttAction.SUBSCRIBE
          : topic.equals("beacons/" + identity.getName() + "/heartbeat");
    }
  }
}
