package dev.drover.engine.guard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Windows of one process, which a restart forgets. Only so many are kept: those of who has not
 * asked for longest give way.
 */
public final class LocalRateWindows implements RateWindows {
  private final Map<String, Deque<Long>> windows;

  /**
   * No requests yet.
   *
   * @param most how many windows are kept
   */
  public LocalRateWindows(int most) {
    windows =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Deque<Long>> eldest) {
            return size() > most;
          }
        };
  }

  @Override
  public synchronized Use count(String key, Limit limit, long now) {
    Deque<Long> hits = windows.computeIfAbsent(key, name -> new ArrayDeque<>());
    long start = now - limit.window().toMillis();
    while (!hits.isEmpty() && hits.peekFirst() <= start) {
      hits.removeFirst();
    }
    boolean free = hits.size() < limit.count();
    if (free) {
      hits.addLast(now);
    }
    return new Use(free, hits.size(), hits.peekFirst());
  }
}
