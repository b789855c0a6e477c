package dev.drover.central.sync;

import dev.drover.central.entity.EntityStore;
import java.time.Clock;
import java.time.Duration;
import org.apache.camel.Exchange;

/**
 * How long changes and tombstones are kept (document 1, section 3.2): a mall that was away for
 * longer gets a full sync.
 */
public final class History {
  private final EntityStore store;
  private final Duration kept;
  private final Clock clock;

  /** The history of this store. */
  public History(EntityStore store, Duration kept, Clock clock) {
    this.store = store;
    this.kept = kept;
    this.clock = clock;
  }

  /** Forgets what is older; the body becomes the number of forgotten changes. */
  public void forget(Exchange exchange) {
    exchange.getMessage().setBody(store.forget(clock.instant().minus(kept)));
  }
}
