package dev.drover.orchestrator.mall;

import dev.drover.orchestrator.store.MallStore;
import java.time.Duration;
import org.apache.camel.Exchange;

/** What the mall may forget. */
public final class Housekeeping {
  private final MallStore store;
  private final Duration retention;

  /**
   * Housekeeping of this store.
   *
   * @param retention how long handled events are remembered; longer than central keeps events
   */
  public Housekeeping(MallStore store, Duration retention) {
    this.store = store;
    this.retention = retention;
  }

  /** Forgets old events; the body becomes their number. */
  public void purge(Exchange exchange) {
    exchange.getMessage().setBody(store.purge(retention));
  }
}
