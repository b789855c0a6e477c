package dev.drover.engine.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.engine.files.DataDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a torn record of the broker's journal does to its start. */
class ArtemisJournalTest {
  private static final String TOPIC = "uplink/normal";
  private static final int SECTOR = 512;

  @TempDir Path data;
  private Path dir;
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

  @BeforeEach
  void directory() {
    dir = data.resolve("mqtt");
  }

  /** As a power cut leaves it: the last record has its beginning and its end. */
  @Test
  void aTornRecordAtTheEndOfTheJournalIsRemoved() throws Exception {
    write(3, 5_000);
    tear("message 2 ");
    try (EmbeddedArtemis broker = start()) {
      MqttClient reader = connect(broker, "reader", true);
      publish(connect(broker, "writer", false), "after");
      assertThat(List.of(next(), next(), next()))
          .containsExactlyInAnyOrder("message 0", "message 1", "after");
      reader.disconnect();
    }
    // and for good
    start().close();
  }

  /** What was stored is not removed by itself. */
  @Test
  void aDamagedRecordBeforeManyOthersRefusesTheStart() throws Exception {
    write(30, 50_000);
    tear("message 2 ");
    assertThatThrownBy(this::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(dir.toString())
        .hasMessageContaining("activemq-data-")
        .hasMessageContaining("move the directory of the broker away");
  }

  @Test
  void f10AFileOfTheJournalWhoseHeadIsDamagedRefusesTheStartWithARemedy() throws Exception {
    write(1, 10);
    Path first = dir.resolve("journal/activemq-data-1.amq");
    byte[] bytes = Files.readAllBytes(first);
    bytes[3] ^= 1;
    Files.write(first, bytes);
    assertThatThrownBy(this::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(dir.toString())
        .hasMessageContaining("move the directory of the broker away");
  }

  @Test
  void f10ABrokerWhoseNameIsCutTakesAnotherAndHasItsMessages() throws Exception {
    write(1, 10);
    Path name = dir.resolve("journal/server.lock");
    Files.write(name, Arrays.copyOf(Files.readAllBytes(name), 10));
    try (EmbeddedArtemis broker = start()) {
      MqttClient reader = connect(broker, "reader", true);
      assertThat(next()).isEqualTo("message 0");
      reader.disconnect();
    }
    assertThat(Files.size(name)).isEqualTo(19);
  }

  /** What doctor looks at before it repairs. */
  @Test
  void aBrokerThatRunsIsSeenFromOutside() throws Exception {
    Files.createFile(data.resolve("uplink.mark"));
    DataDirectory directory = DataDirectory.at(data, Clock.systemUTC()).orElseThrow();
    try (EmbeddedArtemis broker = start()) {
      assertThat(broker.pending()).isZero();
      assertThat(directory.inUse()).isTrue();
    }
    assertThat(directory.inUse()).isFalse();
  }

  private String next() throws InterruptedException {
    return received.poll(30, TimeUnit.SECONDS);
  }

  private void write(int messages, int size) throws MqttException {
    try (EmbeddedArtemis broker = start()) {
      MqttClient reader = connect(broker, "reader", true);
      reader.subscribe(TOPIC, 1);
      reader.disconnect();
      MqttClient writer = connect(broker, "writer", false);
      for (int i = 0; i < messages; i++) {
        publish(writer, "message " + i + " " + "x".repeat(size));
      }
      writer.disconnect();
    }
  }

  /** Zeros from the length of the message in its record up to the end of a sector of the disk. */
  private void tear(String begin) throws IOException {
    for (Path file : files()) {
      byte[] all = Files.readAllBytes(file);
      int body = last(all, begin.getBytes(StandardCharsets.US_ASCII), all.length);
      if (body >= 0) {
        byte[] address = TOPIC.replace('/', '.').getBytes(StandardCharsets.UTF_16LE);
        // between the address and the message
        int length = last(all, address, body) + address.length;
        int end = Math.max(length + Integer.BYTES, (length / SECTOR + 1) * SECTOR);
        Arrays.fill(all, length, end, (byte) 0);
        Files.write(file, all);
        return;
      }
    }
    throw new IllegalStateException("no record has " + begin);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(dir.resolve("journal"))) {
      return files.filter(file -> file.toString().endsWith(".amq")).toList();
    }
  }

  private static int last(byte[] in, byte[] what, int before) {
    for (int at = before - what.length; at >= 0; at--) {
      if (Arrays.equals(in, at, at + what.length, what, 0, what.length)) {
        return at;
      }
    }
    return -1;
  }

  private EmbeddedArtemis start() {
    MqttAuthoriser anybody =
        new MqttAuthoriser() {
          @Override
          public Optional<Principal> authenticate(MqttLogin login) {
            return Optional.of(login::clientId);
          }

          @Override
          public boolean allows(Principal identity, String topic, MqttAction action) {
            return true;
          }
        };
    return new EmbeddedArtemis(new ArtemisConfig(dir, FreePort.pick()), anybody).start();
  }

  private MqttClient connect(EmbeddedArtemis broker, String name, boolean durable)
      throws MqttException {
    MqttClient client = new MqttClient(broker.url(), name, new MemoryPersistence());
    client.setTimeToWait(30_000);
    client.setCallback(
        new Received(
            bytes -> received.add(new String(bytes, StandardCharsets.UTF_8).split(" x")[0])));
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(!durable);
    options.setSessionExpiryInterval(durable ? 3_600L : 0L);
    client.connect(options);
    return client;
  }

  private static void publish(MqttClient client, String text) throws MqttException {
    client.publish(TOPIC, new MqttMessage(text.getBytes(StandardCharsets.UTF_8), 1, false, null));
  }
}
