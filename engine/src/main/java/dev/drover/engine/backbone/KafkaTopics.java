package dev.drover.engine.backbone;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the topics that Drover needs, in the embedded broker or in any cluster. */
public final class KafkaTopics {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaTopics.class);
  private static final Duration STEP_TIMEOUT = Duration.ofSeconds(30);

  private final Map<String, Object> client;

  /**
   * Topics of one cluster.
   *
   * @param client Kafka client settings: {@code bootstrap.servers} and, for a secured cluster, its
   *     security settings
   */
  public KafkaTopics(Map<String, Object> client) {
    this.client = Map.copyOf(client);
  }

  /** Topics of an unsecured cluster. */
  public static KafkaTopics at(String bootstrap) {
    return new KafkaTopics(Map.of("bootstrap.servers", bootstrap));
  }

  /**
   * A topic as the cluster knows it.
   *
   * @param id changes when the topic is deleted and made again, as its offsets do
   */
  public record Topic(String name, String id, int partitions) {}

  /**
   * How many brokers shall have what is written.
   *
   * @param replicas how many brokers keep it; 0: as many as the cluster does by default
   * @param inSync how many of them must have it before it counts as written; 0 as above
   */
  public record Copies(int replicas, int inSync) {
    /** What the cluster does by default. */
    public static final Copies OF_CLUSTER = new Copies(0, 0);
  }

  /** Ensures a topic with the copies that the cluster makes by default. */
  public Topic ensure(String name, int partitions, Duration retention) {
    return ensure(name, partitions, retention, Copies.OF_CLUSTER);
  }

  /**
   * Creates the topic when missing, and sets its retention when it differs. The partitions of an
   * existing topic are left alone, because a key would change its partition, and so are its copies.
   *
   * @throws KafkaException when the cluster refuses or does not answer within 30 s
   */
  public Topic ensure(String name, int partitions, Duration retention, Copies copies) {
    String millis = Long.toString(retention.toMillis());
    try (Admin admin = Admin.create(client)) {
      Optional<TopicDescription> found = describe(admin, name);
      if (found.isEmpty()) {
        create(admin, name, partitions, millis, copies);
        return topic(await(admin, name));
      }
      alterRetention(admin, name, millis);
      if (found.get().partitions().size() != partitions) {
        LOG.warn(
            "Topic {} has {} partitions, {} were asked for; it is left as it is",
            name,
            found.get().partitions().size(),
            partitions);
      }
      return topic(found.get());
    }
  }

  private static Topic topic(TopicDescription d) {
    return new Topic(d.name(), d.topicId().toString(), d.partitions().size());
  }

  private static Optional<TopicDescription> describe(Admin admin, String name) {
    try {
      return Optional.of(get(admin.describeTopics(List.of(name)).allTopicNames()).get(name));
    } catch (UnknownTopicOrPartitionException e) {
      return Optional.empty();
    }
  }

  private static void create(
      Admin admin, String name, int partitions, String millis, Copies copies) {
    Map<String, String> settings = new HashMap<>();
    settings.put(TopicConfig.RETENTION_MS_CONFIG, millis);
    if (copies.inSync() > 0) {
      settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, String.valueOf(copies.inSync()));
    }
    Optional<Short> replicas = Optional.of((short) copies.replicas()).filter(number -> number > 0);
    NewTopic topic = new NewTopic(name, Optional.of(partitions), replicas).configs(settings);
    try {
      get(admin.createTopics(List.of(topic)).all());
    } catch (TopicExistsException e) {
      LOG.debug("Topic {} was created by another process meanwhile", name);
    }
  }

  /** A new topic is known to the controller a little before every broker can describe it. */
  private static TopicDescription await(Admin admin, String name) {
    long deadline = System.nanoTime() + STEP_TIMEOUT.toNanos();
    Optional<TopicDescription> found;
    do {
      found = describe(admin, name);
    } while (found.isEmpty() && System.nanoTime() < deadline);
    return found.orElseThrow(() -> new KafkaException("Topic " + name + " was not created"));
  }

  private static void alterRetention(Admin admin, String name, String millis) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    ConfigEntry now =
        get(admin.describeConfigs(List.of(resource)).all())
            .get(resource)
            .get(TopicConfig.RETENTION_MS_CONFIG);
    if (now != null && millis.equals(now.value())) {
      return;
    }
    AlterConfigOp set =
        new AlterConfigOp(
            new ConfigEntry(TopicConfig.RETENTION_MS_CONFIG, millis), AlterConfigOp.OpType.SET);
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    changes.put(resource, new ArrayList<>(List.of(set)));
    get(admin.incrementalAlterConfigs(changes).all());
  }

  private static <T> T get(org.apache.kafka.common.KafkaFuture<T> future) {
    try {
      return future.get(STEP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new KafkaException(e.getCause());
    } catch (TimeoutException e) {
      throw new KafkaException("The Kafka cluster does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException(e);
    }
  }

  /** Whether a broker answers within the time. */
  static boolean answers(String bootstrap, Duration within) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            bootstrap,
            "reconnect.backoff.ms",
            50,
            "reconnect.backoff.max.ms",
            200,
            "retry.backoff.ms",
            50,
            "default.api.timeout.ms",
            (int) within.toMillis(),
            "request.timeout.ms",
            (int) Math.min(2_000, within.toMillis()));
    try (Admin admin = Admin.create(settings)) {
      return !admin
          .describeCluster()
          .nodes()
          .get(within.toMillis(), TimeUnit.MILLISECONDS)
          .isEmpty();
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
