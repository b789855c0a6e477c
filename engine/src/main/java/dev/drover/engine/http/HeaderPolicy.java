package dev.drover.engine.http;

import java.util.Locale;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Which headers of an exchange reach the caller: an allow-list. Without it platform-http would copy
 * every request header into the response.
 */
public final class HeaderPolicy implements HeaderFilterStrategy {
  private static final Set<String> OUT =
      Set.of(
          "allow",
          "cache-control",
          "content-encoding",
          "etag",
          "idempotency-replayed",
          "location",
          "retry-after",
          "vary",
          "www-authenticate",
          "x-drover-stale-since",
          "x-ratelimit-limit",
          "x-ratelimit-remaining",
          "x-ratelimit-reset");

  @Override
  public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
    return !OUT.contains(name.toLowerCase(Locale.ROOT));
  }

  @Override
  public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
    // The ingress filter has already dropped what the contract does not name.
    return false;
  }
}
