package dev.drover.simulator;

import dev.drover.process.ConditionalOnBundle;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;

/** The bundle {@code simulator}: what the flows in {@code routes/simulator} need. */
@AutoConfiguration
@AutoConfigureOrder(Ordered.HIGHEST_PRECEDENCE)
@ConditionalOnBundle("simulator")
@EnableConfigurationProperties(SimulatorProperties.class)
@Import(SimulatorConfiguration.class)
public class SimulatorBundle {}
