package dev.drover.orchestrator.event;

import dev.drover.engine.outbox.OutboxSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Ends of the event stream that a route will tell of. */
public final class StreamLosses implements OutboxSource {
  private static final int MOST = 100;

  private final Queue<Entry> lost = new ConcurrentLinkedQueue<>();
  private volatile Runnable wake = () -> {};

  void add(String reason) {
    if (lost.size() < MOST) {
      lost.add(new Entry("", Map.of(), reason));
    }
    wake.run();
  }

  @Override
  public List<Entry> claim(int max) {
    return lost.stream().limit(max).toList();
  }

  @Override
  public void done(List<Entry> entries) {
    entries.forEach(lost::remove);
  }

  @Override
  public void onReady(Runnable newWake) {
    this.wake = newWake;
  }

  @Override
  public boolean durable() {
    return false;
  }
}
