package dev.drover.engine.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;

/** Cross-origin requests (the Fetch standard): only from origins that a setting names. */
final class Cors {
  private static final String READABLE =
      "ETag, Location, Retry-After, X-Request-ID, X-RateLimit-Limit, X-RateLimit-Remaining,"
          + " X-RateLimit-Reset, X-Drover-Stale-Since, Idempotency-Replayed";
  private static final String SENDABLE =
      "Authorization, Content-Type, If-None-Match, Last-Event-ID, X-Idempotency-Key, X-Request-ID";
  private static final String SECONDS = "600";

  private final List<String> origins;

  /**
   * Origins as browsers send them, e.g. {@code https://console.example}.
   *
   * @throws IllegalArgumentException for a wildcard, which would open the port to every page
   */
  Cors(List<String> origins) {
    if (origins.contains("*")) {
      throw new IllegalArgumentException(
          "drover.cors.allowed-origins names origins, * is none; leave it empty to allow none");
    }
    this.origins = List.copyOf(origins);
  }

  /**
   * Sets what the answer needs.
   *
   * @return whether it was a preflight, which is answered now
   */
  boolean handle(RoutingContext ctx, Set<String> methods) {
    HttpServerRequest request = ctx.request();
    String origin = request.getHeader("Origin");
    if (origins.isEmpty() || origin == null) {
      return false;
    }
    HttpServerResponse response = ctx.response();
    response.putHeader("Vary", "Origin");
    if (!origins.contains(origin)) {
      return false;
    }
    response.putHeader("Access-Control-Allow-Origin", origin);
    boolean preflight =
        request.method() == HttpMethod.OPTIONS
            && request.getHeader("Access-Control-Request-Method") != null;
    if (preflight && !methods.isEmpty()) {
      response
          .putHeader("Access-Control-Allow-Methods", String.join(", ", methods))
          .putHeader("Access-Control-Allow-Headers", SENDABLE)
          .putHeader("Access-Control-Max-Age", SECONDS)
          .setStatusCode(204)
          .end();
      return true;
    }
    response.putHeader("Access-Control-Expose-Headers", READABLE);
    return false;
  }
}
