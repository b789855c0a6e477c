package dev.drover.engine.guard;

import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Windows of one process, which a restart forgets. Only so many are kept: those of who has not
 * asked for longest give way.
 */
public final class LocalRateWindows implements RateWindows {
  private final Ticker ticker;
  private final Map<String, Deque<Tick>> windows;

  /**
   * No requests yet.
   *
   * @param most how many windows are kept
   */
  public LocalRateWindows(int most, Ticker ticker) {
    this.ticker = ticker;
    windows =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Deque<Tick>> eldest) {
            return size() > most;
          }
        };
  }

  @Override
  public synchronized Use count(String key, Limit limit) {
    Deque<Tick> hits = windows.computeIfAbsent(key, name -> new ArrayDeque<>());
    Tick now = ticker.now();
    while (!hits.isEmpty() && now.since(hits.peekFirst()).compareTo(limit.window()) >= 0) {
      hits.removeFirst();
    }
    boolean free = hits.size() < limit.count();
    if (free) {
      hits.addLast(now);
    }
    Duration freeIn = limit.window().minus(now.since(hits.peekFirst()));
    return new Use(free, hits.size(), freeIn);
  }
}
