package dev.drover.orchestrator.mall;

import dev.drover.orchestrator.store.MallStore;
import java.time.Clock;
import java.time.Duration;
import org.apache.camel.Exchange;

/** What the mall may forget. */
public final class Housekeeping {
  private final MallStore store;
  private final Duration retention;
  private final Clock proven;

  /**
   * Housekeeping of this store.
   *
   * @param retention how long handled events are remembered; longer than central keeps events
   * @param proven by which it is counted
   */
  public Housekeeping(MallStore store, Duration retention, Clock proven) {
    this.store = store;
    this.retention = retention;
    this.proven = proven;
  }

  /** Forgets old events; the body becomes their number. */
  public void purge(Exchange exchange) {
    exchange.getMessage().setBody(store.events().purge(proven.instant().minus(retention)));
  }
}
