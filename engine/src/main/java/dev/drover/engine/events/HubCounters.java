package dev.drover.engine.events;

import java.util.concurrent.atomic.LongAdder;

/** The counters behind {@link HubStats}. */
final class HubCounters {
  final LongAdder dispatched = new LongAdder();
  final LongAdder delivered = new LongAdder();
  final LongAdder slowDropped = new LongAdder();
  final LongAdder failedDispatches = new LongAdder();
  final LongAdder logScans = new LongAdder();
  final LongAdder resyncs = new LongAdder();
}
