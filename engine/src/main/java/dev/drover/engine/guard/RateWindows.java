package dev.drover.engine.guard;

import java.time.Duration;

/** Where the sliding windows of a {@link RateLimiter} are kept. */
public interface RateWindows {
  /**
   * What became of a request.
   *
   * @param counted false when the window was full
   * @param used how many requests the window holds now
   * @param freeIn how long it takes until the oldest of them has left the window
   */
  record Use(boolean counted, long used, Duration freeIn) {}

  /**
   * Counts a request unless its window is full; asking and counting are one step.
   *
   * @param key whose window
   */
  Use count(String key, Limit limit);

  /**
   * The same for a request under an idempotency key: one that an earlier try was counted for is not
   * counted again.
   *
   * @param operation the id of its operation
   */
  default Use count(String key, Limit limit, String operation) {
    return count(key, limit);
  }
}
