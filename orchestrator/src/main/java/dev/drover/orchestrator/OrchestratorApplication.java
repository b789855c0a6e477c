package dev.drover.orchestrator;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A mall's orchestrator: the runtime of a route bundle. */
@SpringBootApplication
public class OrchestratorApplication {
  /** Starts the orchestrator of one mall. */
  public static void main(String[] arguments) {
    SpringApplication.run(OrchestratorApplication.class, arguments);
  }
}
