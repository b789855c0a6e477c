package dev.drover.orchestrator;

import dev.drover.engine.backbone.EmbeddedKafka;
import dev.drover.engine.backbone.KafkaConfiguration;
import dev.drover.engine.backbone.KafkaWatch;
import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.mqttbatch.MqttConnection;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.mall.MallFigures;
import dev.drover.orchestrator.mall.MallIdentity;
import dev.drover.orchestrator.mall.MallMqttAccess;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.uplink.UplinkAnswers;
import dev.drover.orchestrator.uplink.UplinkDoor;
import dev.drover.orchestrator.uplink.UplinkMetrics;
import dev.drover.orchestrator.uplink.UplinkOperations;
import dev.drover.orchestrator.uplink.UplinkOutbox;
import dev.drover.orchestrator.uplink.UplinkUpload;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;

/** The parts of the mall's uplink, by the names that its routes use. */
@Configuration(proxyBeanMethods = false)
class UplinkConfiguration {
  /** The check of {@code /health} that tells how the queue is. */
  private static final String UPLINK = "uplink";

  /** A mall may be alone for a month. */
  private static final Duration RETENTION = Duration.ofDays(60);

  @Bean
  UplinkStore uplinkStore(MallStore store, OrchestratorProperties properties, Clock clock) {
    return new UplinkStore(store, properties.uplink().maxBytes(), clock);
  }

  /** Enough that the uplink never waits for the queue. */
  private static UplinkOutbox.Window window(OrchestratorProperties properties) {
    OrchestratorProperties.Uplink uplink = properties.uplink();
    return new UplinkOutbox.Window(10 * uplink.batchSize(), uplink.queueBytes());
  }

  @Bean
  UplinkOutbox uplinkUrgent(
      UplinkStore store, CentralLink link, OrchestratorProperties properties) {
    return UplinkOutbox.urgent(store, link::connected, window(properties));
  }

  @Bean
  UplinkOutbox uplinkNormal(UplinkStore store, OrchestratorProperties properties) {
    return UplinkOutbox.normal(store, window(properties));
  }

  @Bean
  UplinkUpload uplinkUpload(
      UplinkStore store, MallIdentity identity, OrchestratorProperties properties) {
    OrchestratorProperties.Uplink uplink = properties.uplink();
    return new UplinkUpload(store, identity.entityId(), uplink.batchSize(), uplink.requestBytes());
  }

  @Bean
  UplinkAnswers uplinkAnswers(UplinkStore store, OrchestratorProperties properties) {
    return new UplinkAnswers(store, properties.uplink().parkAfter());
  }

  @Bean
  UplinkOperations uplinkOperations(UplinkStore store, MeterRegistry registry) {
    UplinkMetrics.show(store, registry);
    return new UplinkOperations(store);
  }

  /** The broker of the Kafka variant, embedded unless a cluster is named, with its topics. */
  record UplinkKafka(Optional<EmbeddedKafka> embedded, KafkaWatch watch) implements AutoCloseable {
    @Override
    public void close() {
      watch.close();
      embedded.ifPresent(EmbeddedKafka::close);
    }
  }

  @Bean
  @ConditionalOnProperty(name = "drover.queue", havingValue = "kafka")
  UplinkKafka uplinkKafka(OrchestratorProperties properties, Conditions conditions) {
    OrchestratorProperties.Kafka kafka = properties.kafka();
    Optional<EmbeddedKafka> embedded =
        StringUtils.hasText(kafka.external())
            ? Optional.empty()
            : Optional.of(
                new EmbeddedKafka(
                    new KafkaConfiguration(properties.data().resolve("kafka"), kafka.port()),
                    new EmbeddedKafka.Report(conditions, UPLINK)));
    embedded.ifPresent(EmbeddedKafka::start);
    // One partition each: the order of a mall's writes is one order.
    List<KafkaWatch.Wanted> topics =
        Stream.of("urgent", "normal")
            .map(queue -> properties.uplink().topic() + "-" + queue)
            .map(name -> new KafkaWatch.Wanted(name, 1, RETENTION))
            .toList();
    KafkaWatch watch =
        new KafkaWatch(Map.of("bootstrap.servers", kafka.brokers()), topics, conditions, UPLINK);
    watch.ensure();
    watch.start();
    return new UplinkKafka(embedded, watch);
  }

  /** The mall's own process at its broker, or at a broker of others. */
  @Bean
  MqttConnection uplinkBroker(
      OrchestratorProperties properties, MallIdentity identity, KeyProvider keys) {
    String prefix =
        String.join(
            "-", MallMqttAccess.CLIENT_PREFIX + identity.entityId(), identity.orchestratorId(), "");
    String url = properties.mqtt().url();
    if (StringUtils.hasText(url)) {
      return MqttConnection.of(url, prefix);
    }
    return new MqttConnection(
        "tcp://" + properties.plainBind() + ":" + properties.mqtt().port(),
        MallMqttAccess.USER,
        MallMqttAccess.password(keys.secret(MallMqttAccess.SECRET)),
        prefix);
  }

  @Bean
  UplinkDoor uplinkDoor(UplinkStore store, MallFigures figures, OrchestratorProperties properties) {
    return new UplinkDoor(store, () -> figures.diskBelow(properties.health().minFreeMb()));
  }
}
