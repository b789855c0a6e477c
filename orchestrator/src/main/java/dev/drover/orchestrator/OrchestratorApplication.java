package dev.drover.orchestrator;

import dev.drover.engine.start.StartFailure;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.mongo.MongoAutoConfiguration;
import org.springframework.boot.autoconfigure.validation.ValidationAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** A mall, or what else a route bundle makes of this process. */
@SpringBootApplication(exclude = {MongoAutoConfiguration.class, ValidationAutoConfiguration.class})
@EnableConfigurationProperties(OrchestratorProperties.class)
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
