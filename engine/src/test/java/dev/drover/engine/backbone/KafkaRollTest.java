package dev.drover.engine.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaRollTest {
  private static final int PATIENCE_MS = 1_500;

  @TempDir static Path dir;
  private static EmbeddedKafka kafka;
  private static Admin admin;

  @BeforeAll
  static void start() {
    kafka = new EmbeddedKafka(new KafkaConfiguration(dir, 0)).start();
    admin =
        Admin.create(
            Map.of(
                "bootstrap.servers",
                kafka.bootstrap(),
                "request.timeout.ms",
                1_000,
                "default.api.timeout.ms",
                1_000));
  }

  @AfterAll
  static void stop() {
    admin.close();
    kafka.close();
  }

  @Test
  void aBrokerThatDoesNotAnswerIsNamedAndOneThatDoesIsNot() throws Exception {
    KafkaRoll roll = new KafkaRoll();
    Node here = admin.describeCluster().nodes().get().iterator().next();
    roll.members(List.of(here, new Node(7, "10.0.0.7", 9092), new Node(8, "", -1)));
    assertThat(roll.silent(roll.ask(admin), PATIENCE_MS)).containsExactly("7 (10.0.0.7:9092)", "8");
    // its address is remembered, although the cluster no longer tells it
    roll.members(List.of(here, new Node(7, "", -1)));
    assertThat(roll.silent(roll.ask(admin), PATIENCE_MS)).containsExactly("7 (10.0.0.7:9092)");
    // no longer a replica of anything, so nobody misses it
    roll.members(List.of(here));
    assertThat(roll.silent(roll.ask(admin), PATIENCE_MS)).isEmpty();
  }

  @Test
  void aNewTopicHasTheCopiesThatWereAskedForAndAnOldOneKeepsItsOwn() throws Exception {
    KafkaTopics topics = KafkaTopics.at(kafka.bootstrap());
    KafkaTopics.Copies asked = new KafkaTopics.Copies(1, 2);
    topics.ensure("copies", 2, Duration.ofHours(1), asked);
    topics.ensure("copies", 2, Duration.ofHours(1), new KafkaTopics.Copies(1, 1));
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "copies");
    assertThat(
            admin
                .describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)
                .value())
        .isEqualTo("2");
    TopicDescription made =
        admin.describeTopics(List.of("copies")).allTopicNames().get().get("copies");
    assertThat(made.partitions()).allMatch(partition -> partition.replicas().size() == 1);
  }
}
