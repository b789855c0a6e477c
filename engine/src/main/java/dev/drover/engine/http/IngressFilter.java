package dev.drover.engine.http;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The first thing every request meets. It lets through only what the contract names: paths,
 * methods, header names, query names, body types and sizes; and a valid token where the contract
 * asks for one. A Camel producer obeys headers of the exchange, so a name that is not on the list
 * never becomes one (CVE-2026-49098 and its family).
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

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  private static final String HEAD = "drover.head";
  private static final String BEGUN = "drover.begun";

  private final Contract contract;
  private final Connections connections;
  private final PortRefusals refusals;
  private final EarlyAuthentication authentication;
  private final Cors cors;
  private final Clock clock;

  /** A filter for one port. */
  IngressFilter(
      Contract contract,
      Connections connections,
      PortRefusals refusals,
      EarlyAuthentication authentication,
      Cors cors,
      Clock clock) {
    this.contract = contract;
    this.connections = connections;
    this.refusals = refusals;
    this.authentication = authentication;
    this.cors = cors;
    this.clock = clock;
  }

  @Override
  public void handle(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    begin(ctx);
    String requestId = requestId(request.getHeader("X-Request-ID"));
    ctx.put(REQUEST_ID, requestId);
    ctx.response().putHeader("X-Request-ID", requestId);
    // RFC 9110, 6.6.1; a mall compares its own clock with it.
    ctx.response().putHeader(HttpHeaders.DATE, DATE.format(clock.instant()));
    request.headers().set("X-Request-ID", requestId);

    String path = ctx.normalizedPath();
    if (path.length() > 1 && path.endsWith("/")) {
      // Upstream answers only with the slash, its clients use both.
      reroute(ctx, request.method(), path.substring(0, path.length() - 1));
      return;
    }
    Contract.Match match = contract.match(request.method().name(), path);
    if (cors.handle(ctx, match.allowed())) {
      return;
    }
    if (match.operation().isEmpty()) {
      refuseUnknown(ctx, path, match.allowed());
      return;
    }
    if (request.method() == HttpMethod.HEAD) {
      ctx.put(HEAD, true);
      reroute(ctx, HttpMethod.GET, path);
      return;
    }
    Contract.Operation operation = match.operation().get();
    ctx.put(OPERATION, operation);
    try {
      refuseEncoded(request, operation);
      retain(request.headers());
      name(ctx.queryParams(), operation);
      accept(ctx, operation);
    } catch (ProtocolException e) {
      refusals.send(ctx, e);
      return;
    }
    authentication.check(ctx, operation, ctx::next, error -> refusals.send(ctx, error));
  }

  /** Whether only the head of the answer was asked for; the method is then shown as GET. */
  public static boolean head(RoutingContext ctx) {
    return ctx.get(HEAD) != null;
  }

  /** The operation that a request is for; empty for one that did not come through a filter. */
  public static Optional<Contract.Operation> operation(RoutingContext ctx) {
    return Optional.ofNullable(ctx.get(OPERATION));
  }

  private void begin(RoutingContext ctx) {
    Connections.Peer peer = connections.peer(ctx.request().connection());
    if (peer != null && ctx.get(BEGUN) == null) {
      ctx.put(BEGUN, true);
      peer.begin();
      ctx.addEndHandler(done -> peer.end());
    }
  }

  private static void reroute(RoutingContext ctx, HttpMethod method, String path) {
    String query = ctx.request().query();
    ctx.reroute(method, query == null ? path : path + "?" + query);
  }

  /** The caller's own request id when it is fit to repeat, else a new one. */
  public static String requestId(String asked) {
    return asked != null && SAFE_REQUEST_ID.matcher(asked).matches()
        ? asked
        : UUID.randomUUID().toString();
  }

  private void refuseUnknown(RoutingContext ctx, String path, Set<String> allowed) {
    if (allowed.isEmpty()) {
      refusals.send(ctx, new ProtocolException(ErrorCode.NOT_FOUND, "No such path: " + path));
      return;
    }
    ctx.response().putHeader("Allow", String.join(", ", allowed));
    refusals.send(
        ctx,
        new ProtocolException(
            ErrorCode.METHOD_NOT_ALLOWED,
            ctx.request().method().name() + " is not allowed here",
            Map.of("allowed", List.copyOf(allowed))));
  }

  private static void accept(RoutingContext ctx, Contract.Operation operation) {
    HttpServerRequest request = ctx.request();
    String contentType = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (contentType == null || !operation.takesBody()) {
      request.headers().set(HttpHeaders.CONTENT_TYPE, "application/json");
    } else if (!isJson(contentType)) {
      throw new ProtocolException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "Send application/json",
          Map.of("content_type", contentType));
    }
    if (contentLength(request) > operation.maxBody()) {
      throw tooLarge(operation.maxBody());
    }
  }

  /** A body is taken as it is: unpacked, its size is not bounded by what was sent. */
  private static void refuseEncoded(HttpServerRequest request, Contract.Operation operation) {
    String encoding = String.join(", ", request.headers().getAll(HttpHeaders.CONTENT_ENCODING));
    if (operation.takesBody()
        && !encoding.isBlank()
        && !encoding.trim().equalsIgnoreCase("identity")) {
      request.response().putHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
      throw new ProtocolException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "Content-Encoding is not supported: send the body uncompressed and without this header",
          Map.of("content_encoding", encoding));
    }
  }

  private static boolean isJson(String contentType) {
    String type = contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    return type.equals("application/json") || type.endsWith("+json");
  }

  /** The declared length of the body; 0 when none is. */
  static long contentLength(HttpServerRequest request) {
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

  private static void retain(MultiMap headers) {
    for (String name : List.copyOf(headers.names())) {
      if (!HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
        headers.remove(name);
      }
    }
  }

  /** Leaves only the names that the operation declares, in its own spelling, each once. */
  private static void name(MultiMap query, Contract.Operation operation) {
    MultiMap known = MultiMap.caseInsensitiveMultiMap();
    for (Map.Entry<String, String> entry : query.entries()) {
      String name = operation.parameter(entry.getKey()).orElse(null);
      if (name != null && known.contains(name)) {
        throw new ProtocolException(
            ErrorCode.VALIDATION_FAILED,
            name + " stands twice in the query",
            Map.of("field", name));
      }
      if (name != null && !operation.takes(name, entry.getValue())) {
        throw new ProtocolException(
            ErrorCode.VALIDATION_FAILED,
            name + " is one of " + String.join(", ", operation.query().get(name)),
            Map.of("field", name));
      }
      if (name != null) {
        known.add(name, entry.getValue());
      }
    }
    query.setAll(known);
  }
}
