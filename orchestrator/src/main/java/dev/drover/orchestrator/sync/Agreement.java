package dev.drover.orchestrator.sync;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the mall's data has the checksums that central tells. A difference is nothing to report
 * while the mall can still mend it; one that is there after everything was fetched anew lasts until
 * somebody looks at it.
 */
public final class Agreement {
  private static final Logger LOG = LoggerFactory.getLogger(Agreement.class);

  /**
   * A difference that a full sync has not mended.
   *
   * @param since when it was found first
   * @param cause what differs, for people
   */
  public record Disagreement(Instant since, String cause) {}

  private final Clock clock;
  private Instant since;
  private boolean fetched;
  private Disagreement lasting;

  /** Nothing is known to differ. */
  public Agreement(Clock clock) {
    this.clock = clock;
  }

  /** The data was compared, and is what central has. */
  synchronized void equal() {
    since = null;
    fetched = false;
    lasting = null;
  }

  /** Everything was fetched anew. */
  synchronized void fetched() {
    fetched = since != null;
  }

  /**
   * The data was compared, and nothing but a full sync can mend it.
   *
   * @return whether one was made for the same reason before, and did not help
   */
  synchronized boolean differs(String cause) {
    begin();
    if (fetched) {
      last(cause);
    }
    return fetched;
  }

  /**
   * What was fetched does not have the checksum that came with it; the first time it may be luck.
   */
  synchronized void contradicts(String cause) {
    boolean again = since != null;
    begin();
    fetched = true;
    if (again) {
      last(cause);
    }
  }

  private void begin() {
    since = since == null ? clock.instant() : since;
  }

  private void last(String cause) {
    if (lasting == null) {
      LOG.atError()
          .addKeyValue("event", "checksum_mismatch")
          .log("the mall's data cannot be proven, also after it was fetched anew: {}", cause);
    }
    lasting = new Disagreement(since, cause);
  }

  /** The difference that lasts, if there is one. */
  public synchronized Optional<Disagreement> lasting() {
    return Optional.ofNullable(lasting);
  }
}
