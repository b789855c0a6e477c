package dev.drover.central.sync;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * How much data malls fetch (document 1, section 10.1: data sync throughput): the rate of {@code
 * central_sync_bytes_total} is bytes per second as they are sent.
 */
public final class SyncTraffic {
  private final MeterRegistry registry;

  /** Metrics in this registry. */
  public SyncTraffic(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Counts an answer whose last byte was handed to the network. */
  void sent(String kind, long bytes) {
    count("central_sync_bytes", "bytes of sync answers as sent", kind, bytes);
    count("central_sync_answers", "sync answers that were sent to their end", kind, 1);
  }

  private void count(String name, String description, String kind, long amount) {
    Counter.builder(name)
        .description(description)
        .tag("kind", kind)
        .register(registry)
        .increment(amount);
  }
}
