package dev.drover.engine.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaTest {
  @TempDir Path dir;

  @Test
  void aKilledBrokerComesBackWithItsRecords() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(new KafkaConfiguration(dir, 0)).start()) {
      KafkaTopics.at(kafka.bootstrap()).ensure("t", 1, Duration.ofHours(1));
      send(kafka.bootstrap(), 0, 100);
      long first = kafka.pid();

      ProcessHandle.of(first).orElseThrow().destroyForcibly();
      await().atMost(Duration.ofSeconds(30)).until(() -> kafka.pid() != first);
      send(kafka.bootstrap(), 100, 200);

      assertThat(read(kafka.bootstrap(), 200))
          .containsExactlyElementsOf(IntStream.range(0, 200).mapToObj(i -> "v" + i).toList());
    }
  }

  @Test
  void d2AChildThatEndsAgainAndAgainIsGivenUpWithItsReasonAndTheSetting() throws Exception {
    Files.writeString(dir.resolve("log"), "a file where its directory should be");
    int port = FreePort.pick();
    EmbeddedKafka kafka = new EmbeddedKafka(new KafkaConfiguration(dir, port));
    assertThatThrownBy(kafka::start)
        .hasMessageContaining("DROVER_KAFKA_PORT=" + port)
        .hasMessageContaining("times while it started; its last words: ")
        .hasMessageContaining(dir.resolve("log").toString());
  }

  @Test
  void recordsSurviveAnOrderlyRestartAndTheChildIsGoneAfterClose() throws Exception {
    long pid;
    String id;
    try (EmbeddedKafka kafka = new EmbeddedKafka(new KafkaConfiguration(dir, 0)).start()) {
      id = KafkaTopics.at(kafka.bootstrap()).ensure("t", 1, Duration.ofHours(1)).id();
      send(kafka.bootstrap(), 0, 10);
      pid = kafka.pid();
    }
    assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)).isFalse();
    try (EmbeddedKafka kafka = new EmbeddedKafka(new KafkaConfiguration(dir, 0)).start()) {
      assertThat(read(kafka.bootstrap(), 10)).hasSize(10);
      assertThat(KafkaTopics.at(kafka.bootstrap()).ensure("t", 1, Duration.ofHours(1)).id())
          .isEqualTo(id);
    }
  }

  @Test
  void f11DamagedSmallFilesAreSetAsideAndTheBrokerStarts() throws Exception {
    String id;
    try (EmbeddedKafka kafka = new EmbeddedKafka(new KafkaConfiguration(dir, 0)).start()) {
      id = KafkaTopics.at(kafka.bootstrap()).ensure("t", 1, Duration.ofHours(1)).id();
      send(kafka.bootstrap(), 0, 10);
    }
    Path log = dir.resolve("log");
    for (String name : List.of("recovery-point-offset", "replication-offset", "log-start-offset")) {
      Files.writeString(log.resolve(name + "-checkpoint"), "noise\0\n");
    }
    Files.writeString(log.resolve("cleaner-offset-checkpoint"), "0\n1\n");
    Files.writeString(log.resolve("t-0/leader-epoch-checkpoint"), "0\n7\n");
    Files.writeString(log.resolve("__cluster_metadata-0/quorum-state"), "{\"leaderId");
    byte[] bootstrap = Files.readAllBytes(log.resolve("bootstrap.checkpoint"));
    // nothing of its end is a head or a length: Kafka reads it, and ends at a record of no version
    Arrays.fill(bootstrap, bootstrap.length - 40, bootstrap.length, (byte) 65);
    Files.write(log.resolve("bootstrap.checkpoint"), bootstrap);
    try (EmbeddedKafka kafka = new EmbeddedKafka(new KafkaConfiguration(dir, 0)).start()) {
      assertThat(read(kafka.bootstrap(), 10)).as("Kafka makes them anew").hasSize(10);
      assertThat(KafkaTopics.at(kafka.bootstrap()).ensure("t", 1, Duration.ofHours(1)).id())
          .isEqualTo(id);
    }

    for (String name : List.of("meta.properties", "t-0/partition.metadata")) {
      Files.writeString(log.resolve(name), "");
      try (EmbeddedKafka kafka = new EmbeddedKafka(new KafkaConfiguration(dir, 0)).start()) {
        String fresh = KafkaTopics.at(kafka.bootstrap()).ensure("t", 1, Duration.ofHours(1)).id();
        assertThat(fresh).as("a new topic, so a new epoch: " + name).isNotEqualTo(id);
        id = fresh;
      }
    }
    try (Stream<Path> kept = Files.walk(dir, 2)) {
      assertThat(kept.filter(path -> path.toString().matches(".*/damaged-[^/]*/log")))
          .as("nothing is deleted")
          .hasSize(2);
    }
  }

  @Test
  void topicsAreCreatedOnceAndTheirRetentionFollows() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(new KafkaConfiguration(dir, 0)).start()) {
      KafkaTopics topics = KafkaTopics.at(kafka.bootstrap());
      KafkaTopics.Topic made = topics.ensure("t", 3, Duration.ofHours(24));
      assertThat(made.partitions()).isEqualTo(3);
      assertThat(retention(kafka.bootstrap())).isEqualTo("86400000");

      assertThat(topics.ensure("t", 5, Duration.ofSeconds(90))).isEqualTo(made);
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(retention(kafka.bootstrap())).isEqualTo("90000"));
    }
  }

  @Test
  void aKilledParentLeavesNoOrphanAndNothingIsLost() throws Exception {
    Process parent = parent();
    long childPid;
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
      String line;
      do {
        line = out.readLine();
      } while (line != null && !line.startsWith("child="));
      assertThat(line).isNotNull();
      childPid = Long.parseLong(line.substring("child=".length()));
      assertThat(ProcessHandle.of(childPid).orElseThrow().isAlive()).isTrue();
      parent.destroyForcibly().waitFor();
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> ProcessHandle.of(childPid).map(p -> !p.isAlive()).orElse(true));
    try (EmbeddedKafka again = new EmbeddedKafka(new KafkaConfiguration(dir, 0)).start()) {
      assertThat(read(again.bootstrap(), 10)).hasSize(10);
    }
  }

  private Process parent() throws Exception {
    return new ProcessBuilder(
            ChildCommand.of(
                System.getProperty("java.class.path"),
                Parent.class,
                List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                List.of(dir.toString())))
        .redirectErrorStream(true)
        .start();
  }

  /** The process that is killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] args) throws Exception {
      EmbeddedKafka kafka = new EmbeddedKafka(new KafkaConfiguration(Path.of(args[0]), 0)).start();
      KafkaTopics.at(kafka.bootstrap()).ensure("t", 1, Duration.ofHours(1));
      send(kafka.bootstrap(), 0, 10);
      System.out.println("child=" + kafka.pid());
      Thread.currentThread().join();
    }
  }

  private static void send(String bootstrap, int from, int to) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "acks", "all"),
            new StringSerializer(),
            new StringSerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = from; i < to; i++) {
        sent.add(producer.send(new ProducerRecord<>("t", "k", "v" + i)));
      }
      for (Future<RecordMetadata> s : sent) {
        s.get();
      }
    }
  }

  private static List<String> read(String bootstrap, int count) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap),
            new StringDeserializer(),
            new StringDeserializer())) {
      TopicPartition partition = new TopicPartition("t", 0);
      consumer.assign(Set.of(partition));
      consumer.seekToBeginning(Set.of(partition));
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (values.size() < count && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(200)).forEach(r -> values.add(r.value()));
      }
    }
    return values;
  }

  private static String retention(String bootstrap) throws Exception {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "t");
    try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrap))) {
      return admin
          .describeConfigs(List.of(topic))
          .all()
          .get()
          .get(topic)
          .get("retention.ms")
          .value();
    }
  }
}
