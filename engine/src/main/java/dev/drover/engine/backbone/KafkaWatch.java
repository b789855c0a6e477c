package dev.drover.engine.backbone;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * Looks at the topics of this process every two seconds: whether each of their brokers answers,
 * whether there are a leader and enough replicas for each partition, and whether the topics are
 * still there. One that is gone, with the broker's disk or by somebody's hand, is made again.
 */
public final class KafkaWatch implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(2);
  private static final int PATIENCE_MS = 3_000;
  private static final String PART = "kafka-topics";

  /**
   * A topic that must be there.
   *
   * @param partitions how many a new one gets
   * @param copies on how many brokers a new one is
   */
  public record Wanted(String name, int partitions, Duration retention, KafkaTopics.Copies copies) {
    /** A topic with the copies that the cluster makes by default. */
    public Wanted(String name, int partitions, Duration retention) {
      this(name, partitions, retention, KafkaTopics.Copies.OF_CLUSTER);
    }

    private void ensure(KafkaTopics cluster) {
      cluster.ensure(name, partitions, retention, copies);
    }
  }

  private final Map<String, Object> client;
  private final List<Wanted> topics;
  private final Conditions conditions;
  private final String check;
  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "kafka-watch");
            thread.setDaemon(true);
            return thread;
          });
  private final KafkaRoll roll = new KafkaRoll();
  private Admin admin;

  /**
   * A watch that does not look yet.
   *
   * @param client Kafka client settings: {@code bootstrap.servers} and, for a secured cluster, its
   *     security settings
   * @param check the check of {@code /health} that tells what it sees
   */
  public KafkaWatch(
      Map<String, Object> client, List<Wanted> topics, Conditions conditions, String check) {
    this.client = Map.copyOf(client);
    this.topics = List.copyOf(topics);
    this.conditions = conditions;
    this.check = check;
  }

  /**
   * Makes what is missing.
   *
   * @throws org.apache.kafka.common.KafkaException when the cluster refuses or does not answer
   */
  public void ensure() {
    KafkaTopics cluster = new KafkaTopics(client);
    topics.forEach(topic -> topic.ensure(cluster));
  }

  /** Begins to look. */
  public void start() {
    long millis = PERIOD.toMillis();
    looks.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      Map<Integer, KafkaFuture<Config>> questions = roll.ask(admin());
      List<TopicDescription> found = new ArrayList<>();
      for (Wanted topic : topics) {
        try {
          found.add(describe(topic.name()));
        } catch (UnknownTopicOrPartitionException e) {
          gone(topic.name());
          return;
        }
      }
      if (questions.isEmpty()) {
        roll.members(replicas(found));
        questions = roll.ask(admin());
      }
      List<String> away = roll.silent(questions, PATIENCE_MS);
      roll.members(replicas(found));
      Optional<String> wrong = away.isEmpty() ? wrong(found) : Optional.of(said(away, found));
      if (wrong.isPresent()) {
        degraded(wrong.get());
      } else {
        conditions.well(PART);
      }
    } catch (RuntimeException e) {
      degraded("Kafka at " + brokers() + " does not answer: " + root(e) + away());
    }
  }

  /** Asked anew: who failed just now may have answered at the beginning of this look. */
  private String away() {
    try {
      List<String> away = roll.silent(roll.ask(admin()), PATIENCE_MS);
      return away.isEmpty() ? "" : "; brokers that are away: " + String.join(", ", away);
    } catch (KafkaException e) {
      // no client can be made now, for example because no name of a broker is known
      return "";
    }
  }

  private void gone(String topic) {
    conditions.fails(
        PART,
        check,
        Severity.UNHEALTHY,
        "the topic " + topic + " is gone from " + brokers() + ", and what was in it",
        "it is made again by itself; look why the disk of the broker was emptied");
    ensure();
  }

  private static List<Node> replicas(List<TopicDescription> topics) {
    return topics.stream()
        .flatMap(topic -> topic.partitions().stream())
        .flatMap(partition -> partition.replicas().stream())
        .toList();
  }

  /**
   * Who is away, and what is known to come of it: the cluster itself knows it some seconds later.
   */
  private static String said(List<String> away, List<TopicDescription> topics) {
    List<TopicPartitionInfo> partitions =
        topics.stream().flatMap(topic -> topic.partitions().stream()).toList();
    long headless = partitions.stream().filter(KafkaWatch::headless).count();
    return "brokers that are away: "
        + String.join(", ", away)
        + (headless == 0
            ? ""
            : "; " + headless + " of " + partitions.size() + " partitions have no leader");
  }

  private static boolean headless(TopicPartitionInfo partition) {
    return partition.leader() == null || partition.leader().isEmpty();
  }

  private void degraded(String cause) {
    conditions.fails(
        PART,
        check,
        Severity.DEGRADED,
        cause,
        "start the brokers that are away; what waits is sent when they are back");
  }

  private Object brokers() {
    return client.get("bootstrap.servers");
  }

  /** What keeps an event from being written to every replica that it was promised to. */
  private Optional<String> wrong(List<TopicDescription> found) {
    try {
      get(admin().describeMetadataQuorum().quorumInfo());
    } catch (UnsupportedVersionException | AuthorizationException e) {
      // this cluster does not tell
      return lacking(found);
    }
    return lacking(found);
  }

  private Optional<String> lacking(List<TopicDescription> found) {
    for (TopicDescription topic : found) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        String name = "partition " + partition.partition() + " of " + topic.name();
        if (headless(partition)) {
          return Optional.of(name + " has no leader, and every broker answers");
        }
        if (partition.isr().size() < partition.replicas().size()) {
          return Optional.of(
              name
                  + " has "
                  + partition.isr().size()
                  + " of "
                  + partition.replicas().size()
                  + " replicas in sync ("
                  + least(topic.name())
                  + " are needed to write), and every broker answers");
        }
      }
      leadersAnswer(topic);
    }
    return Optional.empty();
  }

  /**
   * Only who asks a leader knows that it is there: a cluster without controllers tells old news.
   */
  private void leadersAnswer(TopicDescription topic) {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (TopicPartitionInfo partition : topic.partitions()) {
      wanted.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest());
    }
    get(admin().listOffsets(wanted).all());
  }

  private String least(String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return get(admin().describeConfigs(List.of(resource)).all())
        .get(resource)
        .get(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)
        .value();
  }

  private TopicDescription describe(String name) {
    return get(admin().describeTopics(new ArrayList<>(List.of(name))).allTopicNames()).get(name);
  }

  private synchronized Admin admin() {
    if (admin == null) {
      Map<String, Object> settings = new HashMap<>(client);
      settings.putIfAbsent("reconnect.backoff.ms", 50);
      settings.putIfAbsent("reconnect.backoff.max.ms", 500);
      settings.putIfAbsent("request.timeout.ms", PATIENCE_MS);
      settings.putIfAbsent("default.api.timeout.ms", PATIENCE_MS);
      admin = Admin.create(settings);
    }
    return admin;
  }

  private static <T> T get(KafkaFuture<T> future) {
    try {
      return future.get(2L * PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("no answer in " + 2 * PATIENCE_MS + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String root(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  @Override
  public void close() {
    looks.shutdownNow();
    synchronized (this) {
      if (admin != null) {
        admin.close(Duration.ZERO);
        admin = null;
      }
    }
  }
}
