package dev.drover.orchestrator;

import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.uplink.UplinkDoor;
import dev.drover.orchestrator.uplink.UplinkStore;
import java.time.Clock;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The parts of the mall's uplink, by the names that its routes use. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("'${drover.bundle}' != 'simulator'")
class UplinkConfiguration {
  @Bean
  UplinkStore uplinkStore(MallStore store, OrchestratorProperties properties, Clock clock) {
    return new UplinkStore(store, properties.uplink().maxBytes(), clock);
  }

  @Bean
  UplinkDoor uplinkDoor(UplinkStore store) {
    return new UplinkDoor(store);
  }
}
