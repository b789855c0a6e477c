package dev.drover.engine.backbone;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Where the embedded document store lives.
 *
 * @param dataDir directory of the store's single file; created when absent
 * @param port loopback port of the Mongo wire protocol; 0 picks a free one
 * @param powerCutSafe true forces each commit to the disk; false is enough to survive a killed
 *     process, not a power cut
 */
public record MongoConfig(Path dataDir, int port, boolean powerCutSafe) {
  /** Checks that a directory is named. */
  public MongoConfig {
    Objects.requireNonNull(dataDir, "dataDir");
  }
}
