package dev.drover.engine.http;

import dev.drover.engine.guard.Promises;
import dev.drover.engine.limit.DiskFull;
import dev.drover.proto.ErrorBody;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the exception of an exchange into the error answer of document 1, section 9.1. What is not
 * a {@link ProtocolException} is a fault of ours: logged with its stack, answered without it.
 */
public final class ErrorRenderer {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorRenderer.class);

  /** As long as a store waits at most before it looks for room again. */
  private static final int RETRY_AFTER_SECONDS = 5;

  private final Clock clock;

  /** A renderer that stamps errors with this clock. */
  public ErrorRenderer(Clock clock) {
    this.clock = clock;
  }

  /** Replaces the message by the error answer; rate-limit headers that a guard set stay. */
  public void render(Exchange exchange) {
    Exception caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    ProtocolException error = protocolError(caught);
    Message message = exchange.getMessage();
    String requestId = message.getHeader("X-Request-ID", String.class);
    if (error.code() == ErrorCode.INTERNAL_ERROR) {
      LOG.error("request {} failed in route {}", requestId, exchange.getFromRouteId(), caught);
    }
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, error.code().status());
    Object wait = error.details().get("retry_after_seconds");
    if (wait != null && message.getHeader("Retry-After") == null) {
      message.setHeader("Retry-After", wait.toString());
    }
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    ErrorHeaders.of(error).forEach(message::setHeader);
    String body = ErrorBody.render(error, clock.instant(), requestId);
    message.setBody(body);
    Promises.refused(exchange, error, body);
  }

  private static ProtocolException protocolError(Throwable caught) {
    return error(caught, "The server failed; nothing was changed by this request");
  }

  /** The error that stands for a failure which no flow has handled, such as one within a try. */
  public static ProtocolException unhandled(Throwable failure) {
    return error(failure, "The server failed");
  }

  private static ProtocolException error(Throwable caught, String otherwise) {
    for (Throwable cause = caught; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProtocolException error) {
        return error;
      }
    }
    if (DiskFull.is(caught)) {
      return new ProtocolException(
          ErrorCode.STORAGE_FULL,
          "The disk of this server is full; the request was not completed",
          Map.of("retry_after_seconds", RETRY_AFTER_SECONDS));
    }
    return new ProtocolException(ErrorCode.INTERNAL_ERROR, otherwise);
  }
}
