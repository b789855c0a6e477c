package dev.drover.engine.http;

import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads the body of a request once, into one array of its declared length. Its bytes are taken from
 * the budget before they are kept, and given back when the answer is sent (or the connection is
 * gone) and the exchange is done. Bodies of operations that ask for no token share a quarter of the
 * budget, so that strangers cannot take it from those who have one.
 */
final class Bodies implements Handler<RoutingContext> {
  private static final String BODY = "drover.body";
  private static final String HOLD = "drover.body-hold";
  private static final byte[] NOTHING = {};
  private static final int FIRST = 4_096;
  private static final int SHARE_OF_STRANGERS = 4;

  private final ByteBudget budget;
  private final ByteBudget strangers;
  private final HttpLimits limits;
  private final PortRefusals refusals;
  private final Connections connections;

  Bodies(ByteBudget budget, HttpLimits limits, PortRefusals refusals, Connections connections) {
    this.budget = budget;
    this.strangers = new ByteBudget(Math.max(1, budget.bytes() / SHARE_OF_STRANGERS));
    this.limits = limits;
    this.refusals = refusals;
    this.connections = connections;
  }

  /** What a body holds of the budget, until everybody who needs it has let go. */
  static final class Hold {
    private final AtomicInteger users = new AtomicInteger(1);
    private final ByteBudget.Part part;
    private final ByteBudget.Part open;

    private Hold(ByteBudget.Part part, ByteBudget.Part open) {
      this.part = part;
      this.open = open;
    }

    private boolean take(long size) {
      if (!part.tryTake(size)) {
        return false;
      }
      if (open != null && !open.tryTake(size)) {
        part.give(size);
        return false;
      }
      return true;
    }

    private void give(long size) {
      part.give(size);
      if (open != null) {
        open.give(size);
      }
    }

    /** One more needs the bytes. */
    void keep() {
      users.incrementAndGet();
    }

    /** One needs them no longer. */
    void release() {
      if (users.decrementAndGet() == 0) {
        part.close();
        if (open != null) {
          open.close();
        }
      }
    }
  }

  /** The body of a request that was read; empty when it had none. */
  static byte[] of(RoutingContext ctx) {
    byte[] body = ctx.get(BODY);
    return body == null ? NOTHING : body;
  }

  /** What the body holds; null for a request without one. */
  static Hold hold(RoutingContext ctx) {
    return ctx.get(HOLD);
  }

  @Override
  public void handle(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    long declared = IngressFilter.contentLength(request);
    if (request.isEnded() || (declared == 0 && request.getHeader("Content-Length") != null)) {
      request.resume();
      ctx.next();
      return;
    }
    Contract.Operation operation = ctx.get(IngressFilter.OPERATION);
    Hold hold = new Hold(budget.part(), operation.bearer() ? null : strangers.part());
    ctx.put(HOLD, hold);
    ctx.addEndHandler(answered -> hold.release());
    if (!hold.take(declared)) {
      refusals.send(ctx, ByteBudget.busy());
      return;
    }
    new Reading(ctx, operation.maxBody(), declared, hold).begin();
  }

  private final class Reading {
    private final RoutingContext ctx;
    private final long most;
    private final long declared;
    private final Hold hold;
    private byte[] bytes = NOTHING;
    private int length;
    private boolean over;
    private long timer;

    Reading(RoutingContext ctx, long most, long declared, Hold hold) {
      this.ctx = ctx;
      this.most = most;
      this.declared = declared;
      this.hold = hold;
    }

    void begin() {
      HttpServerRequest request = ctx.request();
      timer =
          ctx.vertx()
              .setTimer(
                  limits.timeFor(declared).toMillis(),
                  late ->
                      refuse(
                          new ProtocolException(
                              ErrorCode.REQUEST_TIMEOUT, "The body was not complete in time")));
      request.exceptionHandler(
          broken ->
              refuse(
                  new ProtocolException(ErrorCode.VALIDATION_FAILED, "The request is malformed")));
      Connections.Peer peer = connections.peer(request.connection());
      if (peer != null) {
        peer.onBreak(
            () ->
                refuse(
                    new ProtocolException(
                        ErrorCode.VALIDATION_FAILED,
                        "The body breaks off: each chunk begins with its size in hex digits and"
                            + " ends with its line")));
      }
      if (over) {
        return;
      }
      request.handler(this::received);
      request.endHandler(whole -> end());
      if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
        ctx.response().writeContinue();
      }
      request.resume();
    }

    private void received(Buffer chunk) {
      if (over) {
        return;
      }
      int needed = length + chunk.length();
      if (needed > most) {
        refuse(IngressFilter.tooLarge(most));
      } else if (needed > bytes.length && !grow(needed)) {
        refuse(ByteBudget.busy());
      } else {
        chunk.getBytes(bytes, length);
        length = needed;
      }
    }

    private boolean grow(int needed) {
      if (declared > 0) {
        bytes = new byte[(int) declared];
        return true;
      }
      int size = (int) Math.min(most, Math.max(FIRST, Math.max(needed, 2L * bytes.length)));
      return copy(size);
    }

    /** Both arrays are there for a moment, so both are paid for. */
    private boolean copy(int size) {
      if (!hold.take(size)) {
        return false;
      }
      int before = bytes.length;
      bytes = Arrays.copyOf(bytes, size);
      hold.give(before);
      return true;
    }

    private void end() {
      if (over) {
        return;
      }
      if (bytes.length > length && !copy(length)) {
        refuse(ByteBudget.busy());
        return;
      }
      stop();
      ctx.put(BODY, bytes);
      ctx.next();
    }

    private void refuse(ProtocolException error) {
      if (!over) {
        stop();
        bytes = NOTHING;
        refusals.send(ctx, error);
      }
    }

    private void stop() {
      over = true;
      ctx.vertx().cancelTimer(timer);
    }
  }
}
