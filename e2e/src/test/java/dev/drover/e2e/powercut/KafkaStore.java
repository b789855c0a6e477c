package dev.drover.e2e.powercut;

import dev.drover.engine.backbone.EmbeddedKafka;
import dev.drover.engine.backbone.KafkaConfiguration;
import dev.drover.engine.backbone.KafkaTopics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The event log: events, and where a reader stands. */
final class KafkaStore implements Store {
  private static final TopicPartition EVENTS = new TopicPartition("events", 0);
  private static final Duration WAIT = Duration.ofSeconds(30);

  private static EmbeddedKafka open(Path directory) {
    EmbeddedKafka kafka = new EmbeddedKafka(new KafkaConfiguration(directory, 0)).start();
    KafkaTopics.at(kafka.bootstrap()).ensure(EVENTS.topic(), 1, Duration.ofDays(7));
    return kafka;
  }

  private static KafkaProducer<String, String> producer(EmbeddedKafka kafka) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", kafka.bootstrap(), "acks", "all"),
        new StringSerializer(),
        new StringSerializer());
  }

  private static KafkaConsumer<String, String> consumer(EmbeddedKafka kafka, String group) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers", kafka.bootstrap(), "group.id", group, "enable.auto.commit", false),
        new StringDeserializer(),
        new StringDeserializer());
  }

  @Override
  public void write(Path directory, Acknowledged acknowledged, int numbers) throws Exception {
    EmbeddedKafka kafka = open(directory);
    try (KafkaProducer<String, String> producer = producer(kafka)) {
      Stores.together(
          writer -> {
            try (KafkaConsumer<String, String> reader = consumer(kafka, writer)) {
              for (int i = 0; i < numbers; i++) {
                send(producer, writer + "-" + i);
                acknowledged.number(writer + "-" + i);
                if (i % 8 == 7) {
                  reader.commitSync(Map.of(EVENTS, new OffsetAndMetadata(i)));
                  acknowledged.number(writer + "-set-" + i);
                }
              }
            }
          });
    }
  }

  private static void send(KafkaProducer<String, String> producer, String number) throws Exception {
    producer
        .send(new ProducerRecord<>(EVENTS.topic(), 0, "k", number + " " + "x".repeat(800)))
        .get();
  }

  @Override
  public List<String> read(Path directory, Set<String> acknowledged) throws Exception {
    try (EmbeddedKafka kafka = open(directory);
        KafkaProducer<String, String> producer = producer(kafka)) {
      send(producer, "after");
      List<String> found = new ArrayList<>();
      try (KafkaConsumer<String, String> reader = consumer(kafka, "all")) {
        reader.assign(Set.of(EVENTS));
        reader.seekToBeginning(Set.of(EVENTS));
        long end = reader.endOffsets(Set.of(EVENTS), WAIT).get(EVENTS);
        long deadline = System.nanoTime() + WAIT.toNanos();
        while (reader.position(EVENTS, WAIT) < end) {
          if (System.nanoTime() > deadline) {
            throw new IllegalStateException("the log cannot be read to its end");
          }
          reader
              .poll(Duration.ofMillis(200))
              .forEach(record -> found.add(record.value().split(" ")[0]));
        }
      }
      if (!found.remove("after")) {
        throw new IllegalStateException("an event of now does not come");
      }
      for (int w = 0; w < Stores.WRITERS; w++) {
        try (KafkaConsumer<String, String> reader = consumer(kafka, "w" + w)) {
          OffsetAndMetadata stands = reader.committed(Set.of(EVENTS), WAIT).get(EVENTS);
          for (int i = 7; stands != null && i <= stands.offset(); i += 8) {
            found.add("w" + w + "-set-" + i);
          }
        }
      }
      return found;
    }
  }
}
