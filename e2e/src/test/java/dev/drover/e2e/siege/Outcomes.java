package dev.drover.e2e.siege;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What became of the strikes of one attack, each kind with its count. Thread-safe. */
public final class Outcomes {
  private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

  /** Counts one more. */
  public void count(String outcome) {
    counts.computeIfAbsent(outcome, key -> new LongAdder()).increment();
  }

  /** The counts so far. */
  public Map<String, Long> counts() {
    Map<String, Long> copy = new TreeMap<>();
    counts.forEach((outcome, count) -> copy.put(outcome, count.sum()));
    return copy;
  }
}
