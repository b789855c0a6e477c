package dev.drover.orchestrator.event;

import dev.drover.orchestrator.store.MallEvent;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import org.apache.camel.Exchange;

/** Counts what central tells (document 1, section 10.1). */
public final class EventMetrics {
  private static final Set<String> TYPES =
      Set.of(
          "data_update",
          "firmware_update",
          "task_create",
          "access_log_request",
          "config_update",
          "resync_required",
          "connected",
          "ping");

  private final MeterRegistry registry;

  /** Counters in this registry. */
  public EventMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Counts one event by its type; types that nobody knows share a name. */
  public void received(Exchange exchange) {
    String type = exchange.getProperty(EventSteps.EVENT, MallEvent.class).type();
    registry
        .counter("orchestrator.events.received", "type", TYPES.contains(type) ? type : "other")
        .increment();
  }
}
