package dev.drover.orchestrator.central;

import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** What every request to central has in common: who asks, and what a refusal means. */
public final class CentralCalls {
  private static final String TOKEN = "DroverCentralToken";
  private static final String TRIES = "DroverCentralTries";
  private static final Set<Integer> PASSING = Set.of(408, 425, 429);

  private final CentralLink link;
  private final CentralClock clock;
  private final String entityId;

  /** Requests of one mall. */
  public CentralCalls(CentralLink link, CentralClock clock, String entityId) {
    this.link = link;
    this.clock = clock;
    this.entityId = entityId;
  }

  /**
   * Sets the headers of a request that carries the mall's token.
   *
   * @throws IllegalStateException while there is none
   */
  public void authorise(Exchange exchange) {
    CentralToken token =
        link.token().orElseThrow(() -> new IllegalStateException("not registered yet"));
    Message message = exchange.getMessage();
    exchange.setProperty(TOKEN, token);
    exchange.setProperty(TRIES, message.getHeader(Exchange.REDELIVERY_COUNTER));
    message.setHeader("Authorization", "Bearer " + token.value());
    message.setHeader("X-Entity-ID", entityId);
    message.setHeader("X-Orchestrator-ID", token.assignedId());
    message.setHeader("X-Request-ID", UUID.randomUUID().toString());
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
  }

  /**
   * Judges central's answer. A refused token is noted, so that the mall registers again.
   *
   * @throws IllegalStateException when the request was not done and may be sent again
   */
  public void check(Exchange exchange) {
    clock.heard(exchange);
    int status = status(exchange);
    // Camel counts its tries in a header, and central's answer has taken its place.
    exchange
        .getMessage()
        .setHeader(Exchange.REDELIVERY_COUNTER, exchange.getProperty(TRIES, Integer.class));
    CentralToken token = exchange.getProperty(TOKEN, CentralToken.class);
    if (status == 401 && token != null) {
      link.refused(token);
    }
    if (status == 401 || status >= 500 || PASSING.contains(status)) {
      throw new IllegalStateException("central answered " + status + " " + code(exchange));
    }
  }

  /** How long central asks to wait before the next request, when it refused this one for now. */
  public static Optional<Duration> retryAfter(Exchange exchange) {
    int status = status(exchange);
    if (status != 429 && status != 503) {
      return Optional.empty();
    }
    return Optional.ofNullable(exchange.getMessage().getHeader("Retry-After", Long.class))
        .map(Duration::ofSeconds);
  }

  /** The HTTP status of central's answer. */
  public static int status(Exchange exchange) {
    return exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
  }

  /** The error code of central's answer, for people. */
  public static String code(Exchange exchange) {
    String body = exchange.getMessage().getBody(String.class);
    try {
      byte[] bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
      return Json.tree(bytes).path("error").path("code").asText();
    } catch (ProtocolException e) {
      return "";
    }
  }
}
