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
 * @param patience how long a child that starts or stops may make no progress before it counts as
 *     one that hangs; one that is only slow is waited for
 */
public record KafkaConfiguration(Path dataDir, int port, Duration patience) {
  /** Checks that nothing is missing. */
  public KafkaConfiguration {
    Objects.requireNonNull(dataDir, "dataDir");
    Objects.requireNonNull(patience, "patience");
  }

  /** A configuration with a patience of 60 s. */
  public KafkaConfiguration(Path dataDir, int port) {
    this(dataDir, port, Duration.ofSeconds(60));
  }
}
