package dev.drover.orchestrator.sync;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** How long syncs take, and how much they move (document 1, section 10.1; document 2). */
public final class SyncMetrics {
  private static final Duration[] STEPS = {
    Duration.ofMillis(5),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2),
    Duration.ofSeconds(10),
    Duration.ofSeconds(60)
  };

  private final MeterRegistry registry;

  /** Metrics in this registry. */
  public SyncMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Counts a finished sync. */
  public void count(SyncRun run) {
    Timer.builder("orchestrator.sync.duration")
        .tag("kind", run.kind())
        .serviceLevelObjectives(STEPS)
        .register(registry)
        .record(run.elapsed());
    registry.counter("orchestrator.sync.bytes", "kind", run.kind()).increment(run.bytes());
    registry.counter("orchestrator.sync.records", "kind", run.kind()).increment(run.records());
  }
}
