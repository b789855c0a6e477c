package dev.drover.orchestrator;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.schema.Schemas;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.CentralContact;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.event.CentralStream;
import dev.drover.orchestrator.event.DataUpdate;
import dev.drover.orchestrator.event.EventCheck;
import dev.drover.orchestrator.event.EventMetrics;
import dev.drover.orchestrator.event.EventSteps;
import dev.drover.orchestrator.event.StreamLosses;
import dev.drover.orchestrator.mall.MallIdentity;
import dev.drover.orchestrator.store.AckQueue;
import dev.drover.orchestrator.store.MallStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Central's events: the stream, the steps of a handler, the acknowledgements. */
@Configuration(proxyBeanMethods = false)
class EventConfiguration {
  @Bean
  StreamLosses streamLosses() {
    return new StreamLosses();
  }

  @Bean
  CentralStream centralStream(
      CentralLink link,
      MallStore store,
      StreamLosses losses,
      MallIdentity identity,
      Conditions conditions) {
    return new CentralStream(link, store, losses, identity.entityId(), conditions);
  }

  @Bean
  AckQueue ackQueue(MallStore store, CentralLink link, Clock clock) {
    return new AckQueue(store.database(), link::connected, clock);
  }

  @Bean
  EventSteps eventSteps(MallStore store, AckQueue acks, CentralContact contact) {
    return new EventSteps(store, acks, contact);
  }

  @Bean
  EventCheck eventCheck(Schemas schemas, MallIdentity identity) {
    return new EventCheck(schemas, identity.entityId());
  }

  @Bean
  EventMetrics eventMetrics(MeterRegistry registry) {
    return new EventMetrics(registry);
  }

  @Bean
  DataUpdate dataUpdate(EntityCache cache, AckQueue acks) {
    return new DataUpdate(cache, acks);
  }
}
