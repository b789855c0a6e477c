package dev.drover.orchestrator.central;

import dev.drover.orchestrator.store.MallStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/**
 * When central was heard last, also across restarts. A mall that did not hear of it for too long
 * fetches its data anew: central may have forgotten what changed meanwhile (document 1, section
 * 7.3).
 */
public final class CentralContact {
  private static final String CONTACT = "last_contact";
  private static final Duration STORE_EVERY = Duration.ofMinutes(1);

  private final MallStore store;
  private final Duration fullAfter;
  private final Clock clock;
  private Instant last;
  private Instant stored;

  /**
   * What the store remembers.
   *
   * @param fullAfter the silence after which a full sync is needed
   */
  public CentralContact(MallStore store, Duration fullAfter, Clock clock) {
    this.store = store;
    this.fullAfter = fullAfter;
    this.clock = clock;
    this.last = store.setting(CONTACT).map(Instant::parse).orElse(null);
    this.stored = last;
  }

  /** Central was heard. */
  public synchronized void heard() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    if (last != null && last.plus(fullAfter).isBefore(now)) {
      store.set(
          Map.of(
              MallStore.RESYNC,
              Optional.of(MallStore.resyncMark("offline_too_long")),
              CONTACT,
              Optional.of(now.toString())));
      stored = now;
    } else if (stored == null || !stored.plus(STORE_EVERY).isAfter(now)) {
      store.set(Map.of(CONTACT, Optional.of(now.toString())));
      stored = now;
    }
    last = now;
  }

  /** When central was heard last; empty before the first time. */
  public synchronized Optional<Instant> last() {
    return Optional.ofNullable(last);
  }
}
