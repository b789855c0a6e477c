package dev.drover.simulator;

import dev.drover.engine.start.StartFailure;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.validation.ValidationAutoConfiguration;

/** The simulated mall: everything that it does is a route of its bundles. */
@SpringBootConfiguration
@EnableAutoConfiguration(exclude = ValidationAutoConfiguration.class)
public class SimulatorApplication {
  /** Starts the process; a failed start ends it, so that nothing half-started listens. */
  public static void main(String[] arguments) {
    try {
      SpringApplication.run(SimulatorApplication.class, arguments);
    } catch (RuntimeException e) {
      // Vert.x threads are not daemons and would keep the process.
      Runtime.getRuntime().halt(StartFailure.report("simulator", e));
    }
  }
}
