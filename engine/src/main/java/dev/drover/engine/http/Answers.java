package dev.drover.engine.http;

import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.TypeConverter;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.support.MessageHelper;
import org.apache.camel.support.http.HttpUtil;

/**
 * Sends what an exchange answers. What waits for a reader is taken from the budget; a reader that
 * takes nothing for a time is cut.
 */
final class Answers {
  /** What a streamed answer may have in memory: pieces under way and the reader's socket buffer. */
  private static final int STREAM_BYTES = 256 * 1024;

  /** An answer of up to so many bytes is written at once, a larger one as a stream. */
  private static final int AT_ONCE = 64 * 1024;

  private final ByteBudget budget;
  private final HttpLimits limits;
  private final PortRefusals refusals;

  Answers(ByteBudget budget, HttpLimits limits, PortRefusals refusals) {
    this.budget = budget;
    this.limits = limits;
    this.refusals = refusals;
  }

  /** Sends it; the result is there when all was handed over, or nobody is left to read it. */
  Future<Void> send(RoutingContext ctx, Exchange exchange, HeaderFilterStrategy filter) {
    if (exchange.getException() != null) {
      return Future.failedFuture(exchange.getException());
    }
    HttpServerResponse response = ctx.response();
    Message message = exchange.getMessage();
    Object body = message.getBody();
    if (response.closed() || response.ended()) {
      close(body);
      return Future.succeededFuture();
    }
    boolean stream = body instanceof InputStream;
    byte[] bytes = stream ? null : bytes(exchange, body);
    ByteBudget.Part part = budget.part();
    if (!part.tryTake(stream ? STREAM_BYTES : bytes.length)) {
      close(body);
      refusals.send(ctx, ByteBudget.busy());
      return Future.succeededFuture();
    }
    response.setStatusCode(HttpUtil.determineResponseCode(exchange, body));
    headers(exchange, filter, response);
    Future<Void> sent;
    if (IngressFilter.head(ctx)) {
      close(body);
      sent = head(response, bytes);
    } else if (stream) {
      sent = stream(ctx, (InputStream) body, part);
    } else if (bytes.length <= AT_ONCE) {
      sent = atOnce(ctx, bytes);
    } else {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(bytes.length));
      sent =
          new StreamedAnswer(ctx, new ByteArrayInputStream(bytes), limits.sendTimeout(), part)
              .send();
    }
    return sent.otherwiseEmpty().onComplete(done -> part.close());
  }

  /** The status that an exchange answers. */
  static int status(Exchange exchange) {
    return HttpUtil.determineResponseCode(exchange, exchange.getMessage().getBody());
  }

  /** Sends an error, and nothing of what the exchange answers. */
  Future<Void> sendInstead(RoutingContext ctx, Exchange exchange, ProtocolException error) {
    close(exchange.getMessage().getBody());
    refusals.send(ctx, error);
    return Future.succeededFuture();
  }

  private Future<Void> stream(RoutingContext ctx, InputStream body, ByteBudget.Part part) {
    ctx.response().setChunked(true);
    return new StreamedAnswer(ctx, body, limits.sendTimeout(), part).send();
  }

  private static Future<Void> head(HttpServerResponse response, byte[] bytes) {
    if (bytes != null) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(bytes.length));
    }
    return response.end();
  }

  /** A reader that does not take it in time is cut. */
  private Future<Void> atOnce(RoutingContext ctx, byte[] bytes) {
    Promise<Void> taken = Promise.promise();
    long timer =
        ctx.vertx()
            .setTimer(
                limits.sendTimeout().toMillis(),
                late -> Connections.cut(ctx.request().connection()));
    ctx.response()
        .end(Buffer.buffer(bytes))
        .onComplete(
            done -> {
              ctx.vertx().cancelTimer(timer);
              taken.handle(done);
            });
    return taken.future();
  }

  private static byte[] bytes(Exchange exchange, Object body) {
    if (body == null) {
      return new byte[0];
    }
    if (body instanceof byte[] bytes) {
      return bytes;
    }
    if (body instanceof String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    TypeConverter converter = exchange.getContext().getTypeConverter();
    byte[] converted = converter.tryConvertTo(byte[].class, exchange, body);
    if (converted != null) {
      return converted;
    }
    String text = converter.tryConvertTo(String.class, exchange, body);
    if (text == null) {
      throw new ProtocolException(ErrorCode.INTERNAL_ERROR, "The answer cannot be sent");
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void headers(
      Exchange exchange, HeaderFilterStrategy filter, HttpServerResponse response) {
    Message message = exchange.getMessage();
    message
        .getHeaders()
        .forEach(
            (name, value) -> {
              if (value != null && !filter.applyFilterToCamelHeaders(name, value, exchange)) {
                String text =
                    exchange.getContext().getTypeConverter().convertTo(String.class, value);
                response.putHeader(name, text);
              }
            });
    String type = MessageHelper.getContentType(message);
    if (type != null) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, type);
    }
  }

  private static void close(Object body) {
    if (body instanceof InputStream stream) {
      StreamedAnswer.close(stream);
    }
  }
}
