package dev.drover.engine.guard;

/** Where the sliding windows of a {@link RateLimiter} are kept. */
public interface RateWindows {
  /**
   * What became of a request.
   *
   * @param counted false when the window was full
   * @param used how many requests the window holds now
   * @param oldest when the oldest of them came, in epoch milliseconds
   */
  record Use(boolean counted, long used, long oldest) {}

  /**
   * Counts a request unless its window is full; asking and counting are one step.
   *
   * @param key whose window
   * @param now in epoch milliseconds
   */
  Use count(String key, Limit limit, long now);

  /**
   * The same for a request under an idempotency key: one that an earlier try was counted for is not
   * counted again.
   *
   * @param operation the id of its operation
   */
  default Use count(String key, Limit limit, long now, String operation) {
    return count(key, limit, now);
  }
}
