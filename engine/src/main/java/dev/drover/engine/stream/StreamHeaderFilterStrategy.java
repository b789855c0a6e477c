package dev.drover.engine.stream;

import java.util.Locale;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Keeps callers from setting the headers that routes and components obey, and answers from echoing
 * what callers sent: inbound everything but the names of Camel and Drover, outbound a short list.
 */
public final class StreamHeaderFilterStrategy implements HeaderFilterStrategy {
  private static final Set<String> OUTBOUND =
      Set.of(
          "allow",
          "cache-control",
          "content-type",
          "retry-after",
          "www-authenticate",
          "x-request-id",
          "x-ratelimit-limit",
          "x-ratelimit-remaining",
          "x-ratelimit-reset");

  @Override
  public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
    return !OUTBOUND.contains(name.toLowerCase(Locale.ROOT));
  }

  @Override
  public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.startsWith("camel")
        || lower.startsWith("drover")
        || lower.startsWith("org.apache.camel");
  }
}
