package dev.drover.engine.events;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic by position with a Kafka consumer that belongs to no group. */
final class KafkaEventLogReader implements EventLogReader {
  private static final String TYPE_HEADER = "event";

  private final String topic;
  private final String epoch;
  private final KafkaConsumer<byte[], byte[]> consumer;

  KafkaEventLogReader(
      String topic, String epoch, Map<String, Object> client, Map<Integer, Long> from) {
    this.topic = topic;
    this.epoch = epoch;
    this.consumer = new KafkaConsumer<>(settings(client));
    consumer.assign(from.keySet().stream().map(p -> new TopicPartition(topic, p)).toList());
    from.forEach((p, offset) -> consumer.seek(new TopicPartition(topic, p), offset));
  }

  @Override
  public List<LogEvent> poll(Duration timeout) {
    try {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(timeout);
      if (records.isEmpty()) {
        return List.of();
      }
      List<LogEvent> events = new ArrayList<>(records.count());
      for (ConsumerRecord<byte[], byte[]> record : records) {
        events.add(event(record));
      }
      return events;
    } catch (WakeupException e) {
      return List.of();
    } catch (OffsetOutOfRangeException e) {
      throw new CursorExpiredException(e);
    }
  }

  @Override
  public long position(int partition) {
    return consumer.position(new TopicPartition(topic, partition));
  }

  @Override
  public void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
  }

  private LogEvent event(ConsumerRecord<byte[], byte[]> record) {
    Header type = record.headers().lastHeader(TYPE_HEADER);
    return new LogEvent(
        new EventId(epoch, record.partition(), record.offset() + 1),
        record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8),
        type == null ? "message" : new String(type.value(), StandardCharsets.UTF_8),
        record.value() == null ? new byte[] {'{', '}'} : record.value());
  }

  private static Map<String, Object> settings(Map<String, Object> client) {
    Map<String, Object> settings = new HashMap<>(client);
    settings.put("key.deserializer", ByteArrayDeserializer.class);
    settings.put("value.deserializer", ByteArrayDeserializer.class);
    settings.put("enable.auto.commit", false);
    // none: a position outside the log must be told to the streams, never moved silently
    settings.put("auto.offset.reset", "none");
    settings.put("allow.auto.create.topics", false);
    settings.putIfAbsent("max.poll.records", 1000);
    settings.putIfAbsent("max.partition.fetch.bytes", 512 * 1024);
    settings.putIfAbsent("fetch.max.bytes", 4 * 1024 * 1024);
    settings.putIfAbsent("reconnect.backoff.ms", 50);
    settings.putIfAbsent("reconnect.backoff.max.ms", 500);
    return settings;
  }
}
