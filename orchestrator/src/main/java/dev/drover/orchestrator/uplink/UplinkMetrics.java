package dev.drover.orchestrator.uplink;

import dev.drover.orchestrator.uplink.store.Ledger;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/** The ledger as metrics: {@code orchestrator_uplink_accepted} and so on. */
public final class UplinkMetrics {
  /** One scrape reads all of them, and a long queue is not counted for each. */
  private static final long FRESH = TimeUnit.SECONDS.toNanos(1);

  private final UplinkStore store;
  private Ledger ledger;
  private long readAt;

  private UplinkMetrics(UplinkStore store) {
    this.store = store;
  }

  private synchronized Ledger ledger() {
    long now = System.nanoTime();
    if (ledger == null || now - readAt > FRESH) {
      ledger = store.ledger();
      readAt = now;
    }
    return ledger;
  }

  /** Shows the uplink's ledger in this registry. */
  public static void show(UplinkStore store, MeterRegistry registry) {
    UplinkMetrics metrics = new UplinkMetrics(store);
    gauge(metrics, registry, "accepted", Ledger::accepted);
    gauge(metrics, registry, "stored", Ledger::stored);
    gauge(metrics, registry, "duplicate", Ledger::duplicate);
    gauge(metrics, registry, "parked", Ledger::parked);
    gauge(metrics, registry, "superseded", Ledger::superseded);
    gauge(metrics, registry, "pending", Ledger::pending);
    gauge(metrics, registry, "gap", Ledger::gap);
    gauge(metrics, registry, "bytes", Ledger::pendingBytes);
    since(registry, "carried", store::carried);
    since(registry, "filled", store::filled);
  }

  /** A count that begins with the process. */
  private static void since(MeterRegistry registry, String name, LongSupplier count) {
    Gauge.builder("orchestrator.uplink." + name, count, LongSupplier::getAsLong)
        .strongReference(true)
        .register(registry);
  }

  private static void gauge(
      UplinkMetrics metrics, MeterRegistry registry, String name, ToLongFunction<Ledger> value) {
    Gauge.builder("orchestrator.uplink." + name, metrics, m -> value.applyAsLong(m.ledger()))
        .strongReference(true)
        .register(registry);
  }
}
