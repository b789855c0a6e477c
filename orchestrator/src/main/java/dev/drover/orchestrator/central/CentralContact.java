package dev.drover.orchestrator.central;

import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.store.MallSettings;
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
  private final Ticker ticker;
  private Instant last;
  private Tick lastAt;
  private Tick storedAt;

  /**
   * What the store remembers.
   *
   * @param fullAfter the silence after which a full sync is needed
   */
  public CentralContact(MallStore store, Duration fullAfter, Clock clock, Ticker ticker) {
    this.store = store;
    this.fullAfter = fullAfter;
    this.clock = clock;
    this.ticker = ticker;
    this.last = store.settings().get(CONTACT).map(Instant::parse).orElse(null);
  }

  /** Central was heard. */
  public synchronized void heard() {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Tick tick = ticker.now();
    if (silentTooLong(now, tick)) {
      store
          .settings()
          .set(
              Map.of(
                  MallSettings.RESYNC,
                  Optional.of(MallSettings.resyncMark("offline_too_long")),
                  CONTACT,
                  Optional.of(now.toString())));
      storedAt = tick;
    } else if (storedAt == null || tick.since(storedAt).compareTo(STORE_EVERY) >= 0) {
      store.settings().set(Map.of(CONTACT, Optional.of(now.toString())));
      storedAt = tick;
    }
    last = now;
    lastAt = tick;
  }

  /**
   * By the process's own time, so that a clock that is set costs no sync; by the clock at first.
   */
  private boolean silentTooLong(Instant now, Tick tick) {
    if (lastAt != null) {
      return tick.since(lastAt).compareTo(fullAfter) > 0;
    }
    return last != null && Duration.between(last, now).compareTo(fullAfter) > 0;
  }

  /** When central was heard last; empty before the first time. */
  public synchronized Optional<Instant> last() {
    return Optional.ofNullable(last);
  }
}
