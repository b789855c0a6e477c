package dev.drover.central;

import dev.drover.process.ConditionalOnBundle;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;

/** The bundle {@code central}: what the flows in {@code routes/central} need. */
@AutoConfiguration
@AutoConfigureOrder(Ordered.HIGHEST_PRECEDENCE)
@ConditionalOnBundle("central")
@EnableConfigurationProperties(CentralProperties.class)
@Import({
  BackboneConfiguration.class,
  CentralConfiguration.class,
  CentralPortConfiguration.class,
  GrpcConfiguration.class
})
public class CentralBundle {}
