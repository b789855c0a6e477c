package dev.drover.orchestrator.uplink;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToLongFunction;

/** The ledger as metrics: {@code orchestrator_uplink_accepted} and so on. */
public final class UplinkMetrics {
  private UplinkMetrics() {}

  /** Shows the uplink's ledger in this registry. */
  public static void show(UplinkStore store, MeterRegistry registry) {
    gauge(store, registry, "accepted", Ledger::accepted);
    gauge(store, registry, "stored", Ledger::stored);
    gauge(store, registry, "duplicate", Ledger::duplicate);
    gauge(store, registry, "parked", Ledger::parked);
    gauge(store, registry, "superseded", Ledger::superseded);
    gauge(store, registry, "pending", Ledger::pending);
    gauge(store, registry, "gap", Ledger::gap);
    gauge(store, registry, "bytes", Ledger::pendingBytes);
  }

  private static void gauge(
      UplinkStore store, MeterRegistry registry, String name, ToLongFunction<Ledger> value) {
    Gauge.builder("orchestrator.uplink." + name, store, s -> value.applyAsLong(s.ledger()))
        .register(registry);
  }
}
