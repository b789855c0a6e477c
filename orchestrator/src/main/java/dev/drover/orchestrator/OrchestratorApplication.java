package dev.drover.orchestrator;

import dev.drover.engine.log.ProtocolLog;
import org.slf4j.LoggerFactory;
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
      LoggerFactory.getLogger("protocol")
          .atError()
          .addMarker(ProtocolLog.FATAL)
          .addKeyValue("event", "start_failed")
          .log("the process ends: {}", e.getMessage());
      // Vert.x threads are not daemons and would keep the process.
      Runtime.getRuntime().halt(1);
    }
  }
}
