package dev.drover.orchestrator.central;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.http.RetryAfter;
import dev.drover.engine.schema.ParsedBody;
import dev.drover.engine.schema.Schemas;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What every request to central has in common: who asks, and whether the answer is one. An answer
 * that passes {@link #check} is JSON within the limits, what its schema says, and of this mall.
 */
public final class CentralCalls {
  /** Exchange property: the bytes of an answer that was read as a whole, as they came. */
  public static final String WIRE_BYTES = "DroverCentralBytes";

  private static final String TOKEN = "DroverCentralToken";
  private static final String TRIES = "DroverCentralTries";
  private static final String CALL = "DroverCentralCall";
  private static final String PAUSE = "DroverCentralPause";
  private static final Set<Integer> PASSING = Set.of(408, 425, 429);
  private static final String PENDING = "register-pending";

  /** Bytes of a refusal's body that anybody reads. */
  private static final int LONGEST_REFUSAL = 64 * 1024;

  private static final long MOST_BATCH_TOKENS = 700_000;

  private final CentralLink link;
  private final CentralOutcomes outcomes;
  private final Schemas schemas;
  private final CentralClock centralClock;
  private final String entityId;
  private final AnswerLimits limits;
  private final Clock clock;

  /**
   * Requests of one mall.
   *
   * @param limits what an answer may take, and the longest pause that it may ask for
   */
  public CentralCalls(
      CentralLink link,
      CentralOutcomes outcomes,
      Schemas schemas,
      String entityId,
      AnswerLimits limits,
      CentralClock centralClock,
      Clock clock) {
    this.link = link;
    this.outcomes = outcomes;
    this.schemas = schemas;
    this.centralClock = centralClock;
    this.entityId = entityId;
    this.limits = limits;
    this.clock = clock;
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
    message.setHeader("Authorization", "Bearer " + token.value());
    message.setHeader("X-Entity-ID", entityId);
    message.setHeader("X-Orchestrator-ID", token.assignedId());
    message.setHeader("X-Request-ID", UUID.randomUUID().toString());
    message.setHeader(Exchange.CONTENT_TYPE, AnswerParts.JSON);
  }

  /**
   * Begins a request to the path that the exchange names.
   *
   * @throws CentralAwayException within a pause that central asked for
   */
  public void begin(Exchange exchange) {
    Message message = exchange.getMessage();
    String path = message.getHeader(Exchange.HTTP_PATH, String.class);
    CentralCall call =
        CentralCall.of(path)
            .orElseThrow(() -> new IllegalArgumentException("no call of central: " + path));
    exchange.setProperty(CALL, call);
    exchange.setProperty(TRIES, message.getHeader(Exchange.REDELIVERY_COUNTER));
    // Nothing is unpacked behind the limits; a reader that asked for packed answers does it itself.
    exchange.setProperty(Exchange.SKIP_GZIP_ENCODING, true);
    message.setHeader(Exchange.HTTP_METHOD, call.method());
    outcomes.requireNoPause(call);
  }

  /** The call that the exchange made last. */
  public static Optional<CentralCall> call(Exchange exchange) {
    return Optional.ofNullable(exchange.getProperty(CALL, CentralCall.class));
  }

  /**
   * Takes central's answer from the line: the body as bytes, but for one that its flow reads while
   * it comes; of what nobody may read nothing. Whoever answers with the protocol's error body is
   * central, so that only what comes from others counts as absent.
   *
   * @throws CentralAwayException when it breaks off, or a server in between says that central is
   *     not there
   * @throws CentralAnswerException when it has more bytes than allowed
   */
  public void take(Exchange exchange) {
    CentralCall call = call(exchange).orElseThrow();
    int status = AnswerParts.status(exchange);
    if (status / 100 == 3
        || status / 100 == 2 && !(AnswerParts.json(exchange) && call.mayBe(status))) {
      AnswerParts.close(exchange);
      return;
    }
    if (status / 100 == 2) {
      if (call.size() != CentralCall.Size.STREAM) {
        exchange.getMessage().setBody(AnswerParts.read(exchange, Integer.MAX_VALUE));
      }
      return;
    }
    byte[] body =
        AnswerParts.plain(AnswerParts.read(exchange, LONGEST_REFUSAL), limits.maxAnswer());
    exchange.getMessage().setBody(body);
    if (status >= 500 && !(AnswerParts.json(exchange) && !AnswerParts.code(body).isEmpty())) {
      throw new CentralAwayException("central answered " + status, pause(exchange).orElse(null));
    }
  }

  /**
   * Says that central is away, in the place of a request that failed or was not sent at all.
   *
   * @throws CentralException what failed, or that nobody asks central now
   */
  public void away(Exchange exchange) {
    Exception cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    if (cause instanceof CentralException central) {
      throw central;
    }
    if (cause != null) {
      throw new CentralAwayException("central is away: " + CentralHttp.reason(cause), cause);
    }
    throw CentralAwayException.unasked(
        "central is away: it is not asked before a pause is over, since nobody has answered for"
            + " some requests");
  }

  /**
   * Judges central's answer: status and kind of content, then the body. A refused token is noted,
   * so that the mall registers again. What the flow decides about is left to it.
   *
   * @throws CentralAwayException when central cannot answer now
   * @throws CentralAnswerException when it is no answer that central may give
   */
  public void check(Exchange exchange) {
    centralClock.heard(exchange);
    CentralCall call = call(exchange).orElseThrow();
    int status = AnswerParts.status(exchange);
    // Camel counts its tries in a header, and central's answer has taken its place.
    exchange
        .getMessage()
        .setHeader(Exchange.REDELIVERY_COUNTER, exchange.getProperty(TRIES, Integer.class));
    if (status / 100 != 2) {
      refuse(exchange, call, status);
      return;
    }
    if (!call.mayBe(status)) {
      throw wrong(exchange, status, "which is no answer to " + call.path());
    }
    if (!AnswerParts.json(exchange)) {
      throw wrong(
          exchange,
          status,
          "with " + AnswerParts.type(exchange) + " instead of " + AnswerParts.JSON);
    }
    switch (call.size()) {
      case STREAM -> AnswerParts.closeInTheEnd(exchange);
      case PAGE -> {}
      default -> {
        accept(exchange, call, status);
        exchange.setProperty(PAUSE, pause(exchange).orElse(null));
      }
    }
  }

  private void accept(Exchange exchange, CentralCall call, int status) {
    byte[] bytes = exchange.getMessage().getBody(byte[].class);
    exchange.setProperty(WIRE_BYTES, bytes.length);
    JsonNode answer;
    try {
      bytes = PackedAnswer.unpack(bytes, limits.bytes(call));
      exchange.getMessage().setBody(bytes);
      AnswerTokens.require(
          bytes,
          call.size() == CentralCall.Size.BATCH ? MOST_BATCH_TOKENS : AnswerParts.MOST_TOKENS);
      answer = ParsedBody.tree(exchange);
      schemas.require(status == 202 ? PENDING : call.schema(), answer);
    } catch (ProtocolException e) {
      throw wrong(exchange, status, "that does not match its schema: " + e.getMessage());
    }
    JsonNode entity = answer.path("entity_id");
    if (!entity.isMissingNode() && !entityId.equals(entity.textValue())) {
      throw wrong(exchange, status, "of the entity " + AnswerParts.shortly(entity.asText()));
    }
  }

  private void refuse(Exchange exchange, CentralCall call, int status) {
    if (status / 100 == 3) {
      throw wrong(exchange, status, "a redirect; the mall follows none");
    }
    byte[] body = exchange.getMessage().getBody(byte[].class);
    String code = AnswerParts.json(exchange) ? AnswerParts.code(body) : "";
    if (status >= 500 || PASSING.contains(status)) {
      throw new CentralAwayException(
          "central answered " + status + (code.isEmpty() ? "" : " " + code),
          pause(exchange).orElse(null));
    }
    if (code.isEmpty()) {
      throw wrong(
          exchange,
          status,
          "with "
              + AnswerParts.type(exchange)
              + " and without the protocol's error body: "
              + AnswerParts.excerpt(body));
    }
    CentralToken token = exchange.getProperty(TOKEN, CentralToken.class);
    if (status == 401 && token != null) {
      link.refused(token);
      if (!call.decides(status)) {
        throw new CentralAwayException(
            "central no longer accepts the mall's token (" + code + "), the mall registers again",
            (Duration) null);
      }
    }
    if (!call.decides(status)) {
      throw wrong(exchange, status, code);
    }
  }

  private CentralAnswerException wrong(Exchange exchange, int status, String what) {
    return new CentralAnswerException(
        "central answered " + status + " " + what, pause(exchange).orElse(null));
  }

  private Optional<Duration> pause(Exchange exchange) {
    String value = exchange.getMessage().getHeader("Retry-After", String.class);
    return RetryAfter.read(value, limits.longestPause(), clock);
  }

  /** How long an answer that succeeded asked to wait before the next request; null: not at all. */
  public static Duration pauseAfter(Exchange exchange) {
    return exchange.getProperty(PAUSE, Duration.class);
  }
}
