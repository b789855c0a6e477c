package dev.drover.central;

import dev.drover.engine.start.StartFailure;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.mongo.MongoAutoConfiguration;

/** The central server: everything that it does is a route of its bundles. */
@SpringBootConfiguration
@EnableAutoConfiguration(exclude = MongoAutoConfiguration.class)
public class CentralApplication {
  /** Starts one central; a failed start ends the process, so that nothing half-started listens. */
  public static void main(String[] arguments) {
    try {
      SpringApplication.run(CentralApplication.class, arguments);
    } catch (RuntimeException e) {
      // Vert.x threads are not daemons and would keep the process.
      Runtime.getRuntime().halt(StartFailure.report("central", e));
    }
  }
}
