package dev.drover.orchestrator.sync;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the mall's data has the checksums that central tells. A difference is nothing to report
 * while the mall can still mend it; one that is there after everything was fetched anew lasts until
 * somebody looks at it.
 */
public final class Agreement {
  private static final Logger LOG = LoggerFactory.getLogger(Agreement.class);

  /** The check of {@code /health}. */
  public static final String CHECK = "data_checksum";

  private final Conditions conditions;
  private boolean differs;
  private boolean fetched;
  private boolean told;

  /** Nothing is known to differ. */
  public Agreement(Conditions conditions) {
    this.conditions = conditions;
  }

  /** The data was compared, and is what central has. */
  public synchronized void equal() {
    differs = false;
    fetched = false;
    told = false;
    conditions.well(CHECK);
  }

  /** Everything was fetched anew. */
  public synchronized void fetched() {
    fetched = differs;
  }

  /**
   * The data was compared, and nothing but a full sync can mend it.
   *
   * @return whether one was made for the same reason before, and did not help
   */
  public synchronized boolean differs(String cause) {
    differs = true;
    if (fetched) {
      lasts(cause);
    }
    return fetched;
  }

  /**
   * What was fetched does not have the checksum that came with it; the first time it may be luck.
   */
  public synchronized void contradicts(String cause) {
    boolean again = differs;
    differs = true;
    fetched = true;
    if (again) {
      lasts(cause);
    }
  }

  private void lasts(String cause) {
    if (!told) {
      LOG.atError()
          .addKeyValue("event", "checksum_mismatch")
          .log("the mall's checksums still differ from central's after a full sync: {}", cause);
    }
    told = true;
    conditions.fails(
        CHECK,
        CHECK,
        Severity.DEGRADED,
        cause,
        "./drover entity diff names the documents; write them anew at central, the mall fetches"
            + " everything again by itself");
  }
}
