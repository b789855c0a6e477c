package dev.drover.orchestrator;

import dev.drover.process.ConditionalOnBundle;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;

/** The bundle {@code orchestrator}: what the flows in {@code routes/orchestrator} need. */
@AutoConfiguration
@AutoConfigureOrder(Ordered.HIGHEST_PRECEDENCE)
@ConditionalOnBundle("orchestrator")
@EnableConfigurationProperties(OrchestratorProperties.class)
@Import({
  BeaconConfiguration.class,
  CommonConfiguration.class,
  StoreConfiguration.class,
  CentralLinkConfiguration.class,
  EventConfiguration.class,
  DoorsConfiguration.class,
  MallConfiguration.class,
  MallPortConfiguration.class,
  SyncConfiguration.class,
  EntityConfiguration.class,
  UplinkConfiguration.class
})
public class MallBundle {}
