package dev.drover.engine.stream;

import dev.drover.engine.events.StreamRequest;
import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.guard.Demands;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.http.Contract;
import dev.drover.engine.http.ErrorHeaders;
import dev.drover.engine.http.IngressFilter;
import dev.drover.proto.ErrorBody;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.util.CollectionHelper;

/**
 * The exchange before a stream: the request as headers in, a granted stream or an HTTP answer out.
 * Used by the {@code sse} and {@code ws} servers alike.
 */
public final class StreamHandshake {
  private static final String JSON = "application/json";

  private final HeaderFilterStrategy filter;
  private final Duration minGap;
  private final Clock clock;

  /**
   * A handshake.
   *
   * @param filter decides which names come in and which go out
   * @param minGap least time between two events of a granted stream
   * @param clock for the timestamps of errors
   */
  public StreamHandshake(HeaderFilterStrategy filter, Duration minGap, Clock clock) {
    this.filter = filter;
    this.minGap = minGap;
    this.clock = clock;
  }

  /** Puts the request into a fresh exchange; on the event loop. */
  public void fill(Exchange exchange, RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    Message message = exchange.getIn();
    copy(exchange, request.headers());
    copy(exchange, ctx.queryParams());
    ctx.pathParams().forEach((name, value) -> put(exchange, name, value));
    message.setHeader(Exchange.HTTP_METHOD, request.method().name());
    message.setHeader(Exchange.HTTP_PATH, ctx.normalizedPath());
    message.setHeader(Exchange.HTTP_URI, ctx.normalizedPath());
    exchange.setProperty("DroverRequestHeaders", new HashMap<>(message.getHeaders()));
  }

  /** Begins what the exchange owes by its contract; empty in a context without one. */
  public static Optional<Promises> begin(Exchange exchange, RoutingContext ctx) {
    Object named = exchange.getMessage().getHeader("entity_id");
    return ContractNet.find(exchange.getContext())
        .map(
            net ->
                net.begin(
                    exchange,
                    IngressFilter.operation(ctx)
                        .map(Contract.Operation::demands)
                        .orElseGet(() -> Demands.unnamed(ctx.normalizedPath())),
                    named));
  }

  /**
   * Refuses to answer what lacks a mark of its contract.
   *
   * @throws ProtocolException INTERNAL_ERROR
   */
  public void requireKept(Exchange exchange, Optional<Promises> promises) {
    promises
        .flatMap(
            begun ->
                ContractNet.of(exchange.getContext()).verdict(exchange, begun, refused(exchange)))
        .ifPresent(
            heldBack -> {
              throw heldBack;
            });
  }

  /** Whether the route answered instead of granting a stream. */
  public boolean refused(Exchange exchange) {
    return exchange.getException() != null || status(exchange) >= 300;
  }

  /**
   * What the route granted.
   *
   * @throws IllegalStateException when the route set no stream key
   */
  public StreamRequest granted(Exchange exchange) {
    Message message = exchange.getMessage();
    String key = text(exchange, StreamHeaders.STREAM_KEY);
    if (key == null || key.isEmpty()) {
      throw new IllegalStateException("the route set no " + StreamHeaders.STREAM_KEY);
    }
    Map<String, Object> attributes = new HashMap<>();
    Map<?, ?> given = message.getHeader(StreamHeaders.STREAM_ATTRIBUTES, Map.class);
    if (given == null) {
      given = exchange.getProperty(StreamHeaders.STREAM_ATTRIBUTES, Map.of(), Map.class);
    }
    given.forEach(
        (name, value) -> {
          if (value != null) {
            attributes.put(String.valueOf(name), value);
          }
        });
    return new StreamRequest(
        key,
        text(exchange, StreamHeaders.STREAM_CURSOR),
        text(exchange, StreamHeaders.STREAM_RESYNC),
        attributes,
        minGap,
        maxWait(message));
  }

  /** Sets the headers that go with a granted stream; on the event loop. */
  public void headers(Exchange exchange, HttpServerResponse response) {
    exchange
        .getMessage()
        .getHeaders()
        .forEach(
            (name, value) -> {
              boolean own = !"content-type".equalsIgnoreCase(name);
              if (own
                  && value != null
                  && !filter.applyFilterToCamelHeaders(name, value, exchange)) {
                response.putHeader(name, String.valueOf(value));
              }
            });
  }

  /** Sends what the route answered, or the error that it left unhandled; on the event loop. */
  public void refuse(Exchange exchange, RoutingContext ctx) {
    HttpServerResponse response = ctx.response();
    if (response.closed() || response.ended()) {
      return;
    }
    if (exchange.getException() != null) {
      fail(exchange, ctx, exchange.getException());
      return;
    }
    headers(exchange, response);
    Object type = exchange.getMessage().getHeader(Exchange.CONTENT_TYPE);
    Map<?, ?> asked = exchange.getProperty("DroverRequestHeaders", Map.of(), Map.class);
    boolean echoed = type == null || type.equals(asked.get(Exchange.CONTENT_TYPE));
    response.putHeader("Content-Type", echoed ? JSON : String.valueOf(type));
    response.setStatusCode(status(exchange));
    byte[] body = exchange.getMessage().getBody(byte[].class);
    response.end(Buffer.buffer(body == null ? new byte[0] : body));
  }

  /** Sends an error in the protocol's form (document 1, section 9.1); on the event loop. */
  public void fail(Exchange exchange, RoutingContext ctx, Throwable failure) {
    fail(exchange, ctx, failure, 0);
  }

  /**
   * The same with a status of its own.
   *
   * @param status 0 for that of the error's code
   */
  public void fail(Exchange exchange, RoutingContext ctx, Throwable failure, int status) {
    HttpServerResponse response = ctx.response();
    if (response.closed() || response.ended()) {
      return;
    }
    ProtocolException error =
        failure instanceof ProtocolException told
            ? told
            : new ProtocolException(ErrorCode.INTERNAL_ERROR, "the stream could not be opened");
    String requestId = exchange.getMessage().getHeader("X-Request-ID", String.class);
    if (requestId != null) {
      response.putHeader("X-Request-ID", requestId);
    }
    ErrorHeaders.of(error).forEach(response::putHeader);
    response.setStatusCode(status == 0 ? error.code().status() : status);
    response.putHeader("Content-Type", JSON);
    response.end(ErrorBody.render(error, clock.instant(), requestId));
  }

  private void copy(Exchange exchange, MultiMap values) {
    for (Map.Entry<String, String> entry : values) {
      put(exchange, entry.getKey(), entry.getValue());
    }
  }

  private void put(Exchange exchange, String name, String value) {
    if (!filter.applyFilterToExternalHeaders(name, value, exchange)) {
      CollectionHelper.appendEntry(exchange.getIn().getHeaders(), name, value);
    }
  }

  private static int status(Exchange exchange) {
    return exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class);
  }

  private static String text(Exchange exchange, String name) {
    String header = exchange.getMessage().getHeader(name, String.class);
    return header != null ? header : exchange.getProperty(name, String.class);
  }

  private static Duration maxWait(Message message) {
    String text = message.getHeader("max_wait", String.class);
    if (text == null || !text.matches("[0-9]{1,5}")) {
      return Duration.ZERO;
    }
    return Duration.ofSeconds(Long.parseLong(text));
  }
}
