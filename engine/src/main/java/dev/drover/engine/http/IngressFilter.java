package dev.drover.engine.http;

import dev.drover.proto.ErrorBody;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The first thing every request meets. It lets through only what the contract names: paths,
 * methods, header names, query names, body types and sizes. A Camel producer obeys headers of the
 * exchange, so a name that is not on the list never becomes one (CVE-2026-49098 and its family).
 */
public final class IngressFilter implements Handler<RoutingContext> {
  /** Key under which the request id stands in the routing context. */
  public static final String REQUEST_ID = "drover.request-id";

  /** Key under which the matched {@link Contract.Operation} stands in the routing context. */
  static final String OPERATION = "drover.operation";

  private static final Pattern SAFE_REQUEST_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private static final Set<String> HEADERS =
      Set.of(
          // what HTTP itself and Vert.x need
          "host",
          "connection",
          "upgrade",
          "http2-settings",
          "te",
          "transfer-encoding",
          "content-length",
          "content-type",
          "content-encoding",
          "expect",
          "accept",
          "accept-encoding",
          "sec-websocket-key",
          "sec-websocket-version",
          "sec-websocket-protocol",
          "origin",
          "user-agent",
          // what the protocol names
          "authorization",
          "x-signature",
          "x-device-id",
          "x-nonce",
          "x-entity-id",
          "x-orchestrator-id",
          "x-idempotency-key",
          "x-request-id",
          "last-event-id",
          "if-none-match",
          "traceparent");

  private final Contract contract;
  private final Clock clock;

  /** A filter for one port. */
  public IngressFilter(Contract contract, Clock clock) {
    this.contract = contract;
    this.clock = clock;
  }

  @Override
  public void handle(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    String requestId = requestId(request.getHeader("X-Request-ID"));
    ctx.put(REQUEST_ID, requestId);
    ctx.response().putHeader("X-Request-ID", requestId);
    request.headers().set("X-Request-ID", requestId);

    String path = ctx.normalizedPath();
    if (path.length() > 1 && path.endsWith("/")) {
      // Upstream answers only with the slash, its clients use both.
      String bare = path.substring(0, path.length() - 1);
      ctx.reroute(request.method(), request.query() == null ? bare : bare + "?" + request.query());
      return;
    }
    Contract.Match match = contract.match(request.method().name(), path);
    if (match.operation().isEmpty()) {
      refuseUnknown(ctx, path, match.allowed());
      return;
    }
    Contract.Operation operation = match.operation().get();
    ctx.put(OPERATION, operation);
    retain(request.headers(), HEADERS);
    retain(ctx.queryParams(), operation.query());
    if (accepts(ctx, operation)) {
      ctx.next();
    }
  }

  /** The caller's own request id when it is fit to repeat, else a new one. */
  public static String requestId(String asked) {
    return asked != null && SAFE_REQUEST_ID.matcher(asked).matches()
        ? asked
        : UUID.randomUUID().toString();
  }

  private void refuseUnknown(RoutingContext ctx, String path, Set<String> allowed) {
    if (allowed.isEmpty()) {
      fail(ctx, new ProtocolException(ErrorCode.NOT_FOUND, "No such path: " + path));
      return;
    }
    ctx.response().putHeader("Allow", String.join(", ", allowed));
    fail(
        ctx,
        new ProtocolException(
            ErrorCode.METHOD_NOT_ALLOWED,
            ctx.request().method().name() + " is not allowed here",
            Map.of("allowed", List.copyOf(allowed))));
  }

  private boolean accepts(RoutingContext ctx, Contract.Operation operation) {
    HttpServerRequest request = ctx.request();
    String contentType = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (contentType == null || !operation.takesBody()) {
      request.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
    } else if (!isJson(contentType)) {
      fail(
          ctx,
          new ProtocolException(
              ErrorCode.UNSUPPORTED_MEDIA_TYPE,
              "Send application/json",
              Map.of("content_type", contentType)));
      return false;
    }
    if (contentLength(request) > operation.maxBody()) {
      fail(ctx, tooLarge(operation.maxBody()));
      return false;
    }
    return true;
  }

  private static boolean isJson(String contentType) {
    String type = contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    return type.equals("application/json") || type.endsWith("+json");
  }

  private static long contentLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  static ProtocolException tooLarge(long limit) {
    return new ProtocolException(
        ErrorCode.PAYLOAD_TOO_LARGE,
        "The body is larger than " + limit + " bytes",
        Map.of("max_bytes", limit));
  }

  private static void retain(MultiMap names, Set<String> allowed) {
    for (String name : List.copyOf(names.names())) {
      if (!allowed.contains(name) && !allowed.contains(name.toLowerCase(Locale.ROOT))) {
        names.remove(name);
      }
    }
  }

  /** Ends a request with a protocol error that was found before any route ran. */
  void fail(RoutingContext ctx, ProtocolException error) {
    if (ctx.response().ended() || ctx.response().headWritten()) {
      ctx.request().connection().close();
      return;
    }
    String body = ErrorBody.render(error, clock.instant(), ctx.get(REQUEST_ID));
    if (!ctx.request().isEnded()) {
      // The rest of the body is not read: this connection cannot carry another request.
      ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    ctx.response()
        .setStatusCode(error.code().status())
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(body);
  }

  /** Answers what could not be read as a request at all, and ends its connection. */
  void refuseMalformed(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    boolean header = cause instanceof TooLongHttpHeaderException;
    boolean line = cause instanceof TooLongHttpLineException;
    int status = header ? 431 : line ? 414 : ErrorCode.VALIDATION_FAILED.status();
    String requestId = UUID.randomUUID().toString();
    ProtocolException error =
        new ProtocolException(ErrorCode.VALIDATION_FAILED, "The request is malformed");
    request
        .response()
        .setStatusCode(status)
        .putHeader("X-Request-ID", requestId)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .end(ErrorBody.render(error, clock.instant(), requestId))
        .onComplete(done -> request.connection().close());
  }
}
