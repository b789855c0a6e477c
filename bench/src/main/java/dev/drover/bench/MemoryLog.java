package dev.drover.bench;

import dev.drover.engine.events.EventLog;
import dev.drover.engine.events.EventLogReader;
import dev.drover.engine.events.LogState;
import java.util.List;
import java.util.Map;

/** An empty log: the fan-out benchmark dispatches by itself and every stream begins live. */
final class MemoryLog implements EventLog {
  static final String EPOCH = "00000001";

  @Override
  public String name() {
    return "bench";
  }

  @Override
  public LogState state() {
    return new LogState(EPOCH, List.of(0L));
  }

  @Override
  public long beginning(int partition) {
    return 0;
  }

  @Override
  public long end(int partition) {
    return 0;
  }

  @Override
  public EventLogReader open(String epoch, Map<Integer, Long> from) {
    throw new IllegalStateException("the benchmark's streams never catch up");
  }

  @Override
  public void close() {
    // nothing is open
  }
}
