package dev.drover.orchestrator;

import dev.drover.engine.start.StartFailure;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.mongo.MongoAutoConfiguration;
import org.springframework.boot.autoconfigure.validation.ValidationAutoConfiguration;

/** A mall: everything that it does is a route of its bundles. */
@SpringBootConfiguration
@EnableAutoConfiguration(
    exclude = {MongoAutoConfiguration.class, ValidationAutoConfiguration.class})
public class OrchestratorApplication {
  /** Starts the process; a failed start ends it, so that nothing half-started listens. */
  public static void main(String[] arguments) {
    try {
      SpringApplication.run(OrchestratorApplication.class, arguments);
    } catch (RuntimeException e) {
      // Vert.x threads are not daemons and would keep the process.
      Runtime.getRuntime().halt(StartFailure.report("orchestrator", e));
    }
  }
}
