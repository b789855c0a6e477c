package dev.drover.orchestrator.event;

import dev.drover.orchestrator.cache.CacheState;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.store.AckQueue;
import dev.drover.orchestrator.store.MallEvent;
import org.apache.camel.Exchange;

/** What a {@code data_update} means for the cache (document 1, section 2.1). */
public final class DataUpdate {
  /** Exchange property: whether the cache has what the event tells of. */
  public static final String KNOWN = "DroverUpdateKnown";

  private final EntityCache cache;
  private final AckQueue acks;

  /** The steps on this cache. */
  public DataUpdate(EntityCache cache, AckQueue acks) {
    this.cache = cache;
    this.acks = acks;
  }

  /** Compares the event's checksum with the cache's; sets {@link #KNOWN}. */
  public void compare(Exchange exchange) {
    MallEvent event = exchange.getProperty(EventSteps.EVENT, MallEvent.class);
    String told = event.json().path("checksum").textValue();
    CacheState state = cache.state();
    exchange.setProperty(KNOWN, state.ready() && told != null && told.equals(cache.global()));
  }

  /** The cache stands where the event left central, so it has what all events before told of. */
  public void settle() {
    acks.settle(acks.lastOwed());
  }
}
