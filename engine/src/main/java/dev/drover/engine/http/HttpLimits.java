package dev.drover.engine.http;

import java.time.Duration;

/**
 * What a caller may hold of a port, and for how long.
 *
 * @param headTimeout from the opening of a connection to the end of its first request's head
 * @param bodyTimeout from the head of a request to the end of its body; a declared body gets a
 *     second more for each {@link #LEAST_BYTES_PER_SECOND}
 * @param idleTimeout how long a connection may wait for its next request
 * @param sendTimeout how long the reader of an answer may take nothing of it
 * @param maxConnections how many connections are open at a time
 * @param maxConnectionsPerAddress how many of them come from one address
 */
public record HttpLimits(
    Duration headTimeout,
    Duration bodyTimeout,
    Duration idleTimeout,
    Duration sendTimeout,
    int maxConnections,
    int maxConnectionsPerAddress) {
  /** The slowest line that a large body is accepted over. */
  static final long LEAST_BYTES_PER_SECOND = 64 * 1024;

  /** Checks that each of them lets something through. */
  public HttpLimits {
    if (!positive(headTimeout)
        || !positive(bodyTimeout)
        || !positive(idleTimeout)
        || !positive(sendTimeout)
        || maxConnections < 1
        || maxConnectionsPerAddress < 1) {
      throw new IllegalArgumentException("each limit of drover.http must be more than 0");
    }
  }

  private static boolean positive(Duration duration) {
    return duration.compareTo(Duration.ZERO) > 0;
  }

  /** The defaults of central. */
  public static HttpLimits defaults() {
    return new HttpLimits(
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(75),
        Duration.ofSeconds(30),
        20_000,
        5_000);
  }

  /** The time for a body whose length was declared; 0 when it was not. */
  Duration timeFor(long declared) {
    return bodyTimeout.plusSeconds(declared / LEAST_BYTES_PER_SECOND);
  }
}
