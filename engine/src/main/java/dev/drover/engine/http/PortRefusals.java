package dev.drover.engine.http;

import dev.drover.proto.ErrorBody;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Answers with an error before any route ran. When the request is not complete, what still comes of
 * it is thrown away for a moment, so that its sender reads the answer and not a broken connection;
 * then the connection is closed, and nothing that followed on it is answered.
 */
final class PortRefusals {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final Clock clock;
  private final Connections connections;

  PortRefusals(Vertx vertx, Clock clock, Connections connections) {
    this.vertx = vertx;
    this.clock = clock;
    this.connections = connections;
  }

  /** Ends a request with an error. */
  void send(RoutingContext ctx, ProtocolException error) {
    HttpServerResponse response = ctx.response();
    if (response.ended() || response.headWritten()) {
      ctx.request().connection().close();
      return;
    }
    String requestId = ctx.get(IngressFilter.REQUEST_ID);
    send(ctx.request(), error, error.code().status(), requestId, !ctx.request().isEnded());
  }

  /** Ends what cannot be trusted to be one request, and its connection. */
  void sendAndClose(HttpServerRequest request, int status, String message) {
    ProtocolException error = new ProtocolException(ErrorCode.VALIDATION_FAILED, message);
    send(request, error, status, UUID.randomUUID().toString(), true);
  }

  private void send(
      HttpServerRequest request,
      ProtocolException error,
      int status,
      String requestId,
      boolean close) {
    HttpServerResponse response = request.response();
    Buffer body = Buffer.buffer(ErrorBody.render(error, clock.instant(), requestId));
    ErrorHeaders.of(error).forEach(response::putHeader);
    response
        .setStatusCode(status)
        .putHeader("X-Request-ID", requestId)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length()));
    if (!close) {
      response.end(body);
      return;
    }
    Connections.Peer peer = connections.peer(request.connection());
    if (peer != null && request.version() != HttpVersion.HTTP_2) {
      peer.doom();
      response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    if (request.isEnded()) {
      response.end(body).onComplete(sent -> close(request));
    } else {
      response.write(body);
      discard(request);
    }
  }

  private void discard(HttpServerRequest request) {
    AtomicBoolean over = new AtomicBoolean();
    Runnable end =
        () -> {
          if (over.compareAndSet(false, true)) {
            if (!request.response().ended() && !request.response().closed()) {
              request.response().end().onComplete(sent -> close(request));
            }
            close(request);
          }
        };
    long timer = vertx.setTimer(PATIENCE.toMillis(), id -> end.run());
    request.exceptionHandler(
        broken -> {
          vertx.cancelTimer(timer);
          end.run();
        });
    request.handler(thrownAway -> {});
    request.endHandler(
        whole -> {
          vertx.cancelTimer(timer);
          end.run();
        });
    request.resume();
  }

  /** HTTP/2 ends one stream; before it only the connection itself can be ended. */
  private static void close(HttpServerRequest request) {
    if (request.version() == HttpVersion.HTTP_2) {
      request.response().reset(0);
    } else {
      request.connection().close();
    }
  }
}
