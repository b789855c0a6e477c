package dev.drover.orchestrator.sync;

import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many deltas the mall may ask for, so that central never has to refuse one (document 1,
 * section 8.4; R-14). The window slides as central's does. An isolated change is fetched at once.
 * In a burst the pauses double, but none is longer than it must be: the permissions that are left
 * are spread over the time until the next one comes back. A delta brings all that changed before.
 */
public final class DeltaBudget {
  /** Central's minute, and a little more, since its minute starts later than ours. */
  private static final Duration WINDOW = Duration.ofMillis(60_500);

  private final int limit;
  private final Duration debounce;
  private final Ticker ticker;
  private final Deque<Tick> asked = new ArrayDeque<>();

  /**
   * A budget.
   *
   * @param limit requests within a minute
   * @param debounce the pause after the first one; it doubles with each further one of the window
   */
  public DeltaBudget(int limit, Duration debounce, Ticker ticker) {
    this.limit = limit;
    this.debounce = debounce;
    this.ticker = ticker;
  }

  /** Whether a new delta may begin now. */
  public synchronized boolean mayBegin() {
    forgetOld();
    int left = limit - asked.size();
    if (asked.isEmpty() || left <= 0) {
      return left > 0;
    }
    Tick last = asked.getLast();
    Duration doubled = debounce.multipliedBy(1L << Math.min(asked.size() - 1, 30));
    Duration spread = asked.getFirst().plus(WINDOW).since(last).dividedBy(left + 1L);
    Duration pause = doubled.compareTo(spread) < 0 ? doubled : spread;
    return !ticker.now().isBefore(last.plus(pause));
  }

  /** Takes the permission for one request; false when the window is used up. */
  public synchronized boolean take() {
    forgetOld();
    if (asked.size() >= limit) {
      return false;
    }
    asked.addLast(ticker.now());
    return true;
  }

  private void forgetOld() {
    Tick begin = ticker.now().plus(WINDOW.negated());
    while (!asked.isEmpty() && asked.getFirst().isBefore(begin)) {
      asked.removeFirst();
    }
  }
}
