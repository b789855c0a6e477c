package dev.drover.central;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.drover.engine.backbone.EmbeddedKafka;
import dev.drover.engine.backbone.EmbeddedMongo;
import dev.drover.engine.backbone.KafkaConfiguration;
import dev.drover.engine.backbone.KafkaTopics;
import dev.drover.engine.backbone.KafkaWatch;
import dev.drover.engine.backbone.MongoConfig;
import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.EventHubSettings;
import dev.drover.engine.events.EventLog;
import dev.drover.engine.events.KafkaEventLog;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.engine.time.ClockWatch;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.processor.aggregate.GroupedMessageAggregationStrategy;
import org.apache.kafka.common.KafkaException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;

/** The event log and the document store: embedded unless a URL names a real cluster. */
@Configuration(proxyBeanMethods = false)
class BackboneConfiguration {
  /** The check of {@code /health} that tells how the brokers are. */
  private static final String EVENT_LOG = "event_log";

  /** The brokers of the event log, once they answer and the topic is there. */
  record Kafka(Optional<EmbeddedKafka> embedded, KafkaWatch watch, CompletableFuture<String> ready)
      implements AutoCloseable {
    @Override
    public void close() {
      watch.close();
      embedded.ifPresent(EmbeddedKafka::close);
    }
  }

  /** The URL of the document store. */
  record Mongo(Optional<EmbeddedMongo> embedded, String url) implements AutoCloseable {
    @Override
    public void close() {
      embedded.ifPresent(EmbeddedMongo::close);
    }
  }

  /** What a flow has split into messages, as a list again: the event log takes it as one batch. */
  @Bean
  AggregationStrategy messagesInOrder() {
    return new GroupedMessageAggregationStrategy();
  }

  @Bean
  Kafka kafka(CentralProperties properties, Conditions conditions) {
    CentralProperties.Kafka settings = properties.kafka();
    Optional<EmbeddedKafka> embedded =
        settings.embedded()
            ? Optional.of(
                new EmbeddedKafka(
                    new KafkaConfiguration(
                        properties.dataDirectory().resolve("kafka"), settings.port()),
                    new EmbeddedKafka.Report(conditions, EVENT_LOG)))
            : Optional.empty();
    CentralProperties.Events events = properties.events();
    KafkaWatch watch =
        new KafkaWatch(
            Map.of("bootstrap.servers", settings.brokers()),
            List.of(
                new KafkaWatch.Wanted(
                    events.topic(),
                    events.partitions(),
                    events.retention(),
                    new KafkaTopics.Copies(events.replicas(), events.inSyncReplicas()))),
            conditions,
            EVENT_LOG);
    // The broker starts while the rest of central does.
    CompletableFuture<String> ready =
        CompletableFuture.supplyAsync(
            () -> {
              embedded.ifPresent(EmbeddedKafka::start);
              try {
                watch.ensure();
                watch.start();
              } catch (KafkaException e) {
                throw new IllegalStateException(
                    "The event log at " + settings.brokers() + " (KAFKA_BROKERS) is not usable", e);
              }
              return settings.brokers();
            });
    return new Kafka(embedded, watch, ready);
  }

  @Bean
  Mongo mongoServer(CentralProperties properties, Conditions conditions) {
    CentralProperties.Mongo settings = properties.mongo();
    if (StringUtils.hasText(settings.url())) {
      return new Mongo(Optional.empty(), settings.url());
    }
    EmbeddedMongo embedded =
        new EmbeddedMongo(
                new MongoConfig(properties.dataDirectory().resolve("mongo"), settings.port(), true),
                conditions)
            .start();
    return new Mongo(Optional.of(embedded), embedded.url());
  }

  @Bean
  MongoClient mongo(Mongo server, Conditions conditions) {
    MongoClientSettings.Builder settings =
        MongoClientSettings.builder().applyConnectionString(new ConnectionString(server.url()));
    if (server.embedded().isEmpty()) {
      settings.writeConcern(WriteConcern.MAJORITY.withJournal(true));
      // the embedded one says by itself how its writes went
      settings.addCommandListener(new WriteOutcomes(conditions));
    }
    return MongoClients.create(settings.build());
  }

  @Bean
  EventLog eventLog(CentralProperties properties, Kafka closedAfterTheLog, ClockWatch watch) {
    return new KafkaEventLog(
        properties.events().topic(),
        Map.of("bootstrap.servers", properties.kafka().brokers()),
        Optional.of(properties.events().retention()),
        watch.provenClock());
  }

  @Bean
  EventHub eventHub(EventLog log, CentralProperties properties, Clock clock, ByteBudget budget) {
    EventHubSettings settings =
        EventHubSettings.defaults()
            .withMaxPendingBytes(properties.events().sendBuffer())
            .withHeartbeatSeconds((int) properties.heartbeat().interval().toSeconds())
            .withMaxStreams(properties.events().maxStreams());
    return new EventHub(log, settings, clock, budget);
  }
}
