package dev.drover.engine.backbone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * Where the embedded event log lives.
 *
 * @param dataDir directory of the log; created and formatted when absent
 * @param port loopback port of the broker; 0 picks a free one that is kept over restarts of the
 *     child
 * @param startTimeout how long a start may take before it is given up
 */
public record KafkaConfiguration(Path dataDir, int port, Duration startTimeout) {
  /** Checks that nothing is missing. */
  public KafkaConfiguration {
    Objects.requireNonNull(dataDir, "dataDir");
    Objects.requireNonNull(startTimeout, "startTimeout");
  }

  /** A configuration with a start timeout of 60 s. */
  public KafkaConfiguration(Path dataDir, int port) {
    this(dataDir, port, Duration.ofSeconds(60));
  }
}
