package dev.drover.engine.guard;

import dev.drover.engine.crypto.Principal;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Sliding-window limits. Answers carry {@code X-RateLimit-Limit}, {@code -Remaining} and {@code
 * -Reset}, a refusal {@code Retry-After}.
 */
public final class RateLimiter {
  private final RateWindows windows;

  /** A limiter that counts in these windows. */
  public RateLimiter(RateWindows windows) {
    this.windows = windows;
  }

  /**
   * Counts the exchange's caller against a limit; an operation under an idempotency key counts
   * once, however often it is begun.
   *
   * @param name what is limited, e.g. {@code heartbeat}
   * @param limit the limit in the form of {@link Limit#parse}
   * @throws ProtocolException RATE_LIMIT_EXCEEDED when the window is full
   */
  public void check(Exchange exchange, String name, String limit) {
    Principal caller = Guards.caller(exchange);
    count(
        exchange,
        name + "|" + caller.entityId() + "|" + caller.subject(),
        Limit.parse(limit),
        Operation.of(exchange));
  }

  /** Counts an address that could not prove who it is, so that nobody is locked out by another. */
  public void checkAddress(Exchange exchange, String name, String limit) {
    count(
        exchange,
        name + "|address|" + Guards.address(exchange),
        Limit.parse(limit),
        Operation.NONE);
  }

  private void count(Exchange exchange, String key, Limit limit, Operation operation) {
    RateWindows.Use use =
        operation
            .id()
            .map(id -> windows.count(key, limit, id))
            .orElseGet(() -> windows.count(key, limit));
    long retryAfter = headers(exchange, limit, limit.count() - use.used(), use.freeIn());
    if (!use.counted()) {
      exchange.getMessage().setHeader("Retry-After", retryAfter);
      throw new ProtocolException(
          ErrorCode.RATE_LIMIT_EXCEEDED,
          "Too many requests: " + limit.count() + " in " + limit.window().toSeconds() + " s",
          Map.of("retry_after_seconds", retryAfter));
    }
  }

  /** Sets the headers of R-29 and returns the seconds until the window has room again. */
  private static long headers(Exchange exchange, Limit limit, long remaining, Duration freeIn) {
    long seconds = Math.max(1, (freeIn.toMillis() + 999) / 1000);
    Message message = exchange.getMessage();
    message.setHeader("X-RateLimit-Limit", limit.count());
    message.setHeader("X-RateLimit-Remaining", Math.max(0, remaining));
    message.setHeader("X-RateLimit-Reset", seconds);
    return seconds;
  }
}
