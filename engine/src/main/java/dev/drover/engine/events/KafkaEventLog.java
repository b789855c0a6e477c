package dev.drover.engine.events;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * The event log on a Kafka topic: plain clients with assign and seek, no consumer group. The epoch
 * is the first 8 hex digits of SHA-256 over {@code <topic id>:<partitions>}.
 */
public final class KafkaEventLog implements EventLog {
  private static final long TIMEOUT_SECONDS = 10;

  private final String topic;
  private final Map<String, Object> client;
  private final Optional<Duration> kept;
  private final Clock clock;
  private Admin admin;

  /**
   * A log on a topic; connects when first asked.
   *
   * @param client Kafka client settings: {@code bootstrap.servers} and security
   */
  public KafkaEventLog(String topic, Map<String, Object> client) {
    this(topic, client, Optional.empty(), Clock.systemUTC());
  }

  /**
   * A log on a topic whose events are told for a time only: a broker deletes whole segments, and so
   * keeps events for longer than it was asked to.
   *
   * @param kept how long events are told to who comes back
   */
  public KafkaEventLog(
      String topic, Map<String, Object> client, Optional<Duration> kept, Clock clock) {
    this.topic = topic;
    this.client = Map.copyOf(client);
    this.kept = kept;
    this.clock = clock;
  }

  @Override
  public Duration kept() {
    return kept.orElseGet(EventLog.super::kept);
  }

  @Override
  public String name() {
    return topic;
  }

  @Override
  public LogState state() {
    TopicDescription description =
        await(admin().describeTopics(List.of(topic)).topicNameValues().get(topic));
    int partitions = description.partitions().size();
    List<Long> ends = new ArrayList<>();
    for (long end : offsets(partitions, OffsetSpec.latest())) {
      ends.add(end);
    }
    return new LogState(epochOf(description.topicId().toString(), partitions), ends);
  }

  @Override
  public long beginning(int partition) {
    long first = offset(partition, OffsetSpec.earliest());
    if (kept.isEmpty()) {
      return first;
    }
    long since = clock.instant().minus(kept.get()).toEpochMilli();
    // Asked before: an event that comes between the two is not taken for an old one.
    long end = end(partition);
    long young = offset(partition, OffsetSpec.forTimestamp(since));
    return Math.max(first, young < 0 ? end : young);
  }

  @Override
  public long end(int partition) {
    return offset(partition, OffsetSpec.latest());
  }

  @Override
  public EventLogReader open(String epoch, Map<Integer, Long> from) {
    return new KafkaEventLogReader(topic, epoch, client, from);
  }

  @Override
  public synchronized void close() {
    if (admin != null) {
      admin.close();
      admin = null;
    }
  }

  static String epochOf(String topicId, int partitions) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((topicId + ":" + partitions).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  private synchronized Admin admin() {
    if (admin == null) {
      Map<String, Object> settings = new HashMap<>(client);
      settings.putIfAbsent("reconnect.backoff.ms", 50);
      settings.putIfAbsent("reconnect.backoff.max.ms", 500);
      settings.putIfAbsent("request.timeout.ms", (int) TIMEOUT_SECONDS * 500);
      settings.putIfAbsent("default.api.timeout.ms", (int) TIMEOUT_SECONDS * 1000);
      admin = Admin.create(settings);
    }
    return admin;
  }

  private long offset(int partition, OffsetSpec spec) {
    TopicPartition key = new TopicPartition(topic, partition);
    return await(admin().listOffsets(Map.of(key, spec)).partitionResult(key)).offset();
  }

  private long[] offsets(int partitions, OffsetSpec spec) {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (int p = 0; p < partitions; p++) {
      wanted.put(new TopicPartition(topic, p), spec);
    }
    long[] offsets = new long[partitions];
    await(admin().listOffsets(wanted).all())
        .forEach((key, result) -> offsets[key.partition()] = result.offset());
    return offsets;
  }

  private <T> T await(KafkaFuture<T> future) {
    try {
      return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("interrupted while asking for topic " + topic, e);
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      throw new LogUnavailableException("topic " + topic + ": " + cause, cause);
    }
  }
}
