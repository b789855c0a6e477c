package dev.drover.simulator;

import dev.drover.engine.start.HeldPorts;
import dev.drover.process.StartChecks;
import java.util.List;
import org.springframework.core.env.ConfigurableEnvironment;

/** What the simulated mall looks at before anything starts: its settings and its ports. */
final class SimulatorStartChecks extends StartChecks {
  SimulatorStartChecks() {
    super("simulator", List.of("central", "orchestrator"));
  }

  @Override
  protected List<HeldPorts.Wanted> ports(ConfigurableEnvironment settings) {
    String bind = settings.getProperty("drover.bind");
    String management = settings.getProperty("server.address");
    return List.of(
        port("DROVER_PORT", bind, "drover.port", settings),
        port("DROVER_MANAGEMENT_PORT", management, "server.port", settings),
        port("DROVER_LINE_PORT", bind, "drover.simulator.line-port", settings));
  }
}
