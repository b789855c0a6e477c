package dev.drover.engine.http;

import dev.drover.engine.limit.ByteBudget;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One answer that is read piece by piece on a worker and written as its reader takes it: one piece
 * is under way beside what the socket's buffer holds. It ends, and its source is closed, when all
 * is written, when the caller is gone, when the caller took nothing for a time, or when the budget
 * has no room for what its source holds.
 */
final class StreamedAnswer {
  private static final Logger LOG = LoggerFactory.getLogger(StreamedAnswer.class);
  private static final int PIECE = 32 * 1024;

  private final RoutingContext ctx;
  private final HttpServerResponse response;
  private final InputStream source;
  private final long patience;
  private final ByteBudget.Part part;
  private final Promise<Void> sent = Promise.promise();
  private boolean reading;
  private boolean over;
  private long timer = -1;
  private long paid;

  /** What its source has in memory between two reads is taken from the part. */
  StreamedAnswer(RoutingContext ctx, InputStream source, Duration patience, ByteBudget.Part part) {
    this.ctx = ctx;
    this.response = ctx.response();
    this.source = source;
    this.patience = patience.toMillis();
    this.part = part;
  }

  /** Begins; the result is there when it is over. On the event loop, as all of it but the reads. */
  Future<Void> send() {
    ctx.addEndHandler(
        done -> {
          if (done.failed() || !response.ended()) {
            end();
          }
        });
    response.exceptionHandler(broken -> end());
    next();
    return sent.future();
  }

  private void next() {
    if (over) {
      return;
    }
    if (response.closed()) {
      end();
      return;
    }
    if (response.writeQueueFull()) {
      timer = ctx.vertx().setTimer(patience, late -> cut());
      response.drainHandler(
          drained -> {
            ctx.vertx().cancelTimer(timer);
            response.drainHandler(null);
            next();
          });
      return;
    }
    reading = true;
    ctx.vertx()
        .executeBlocking(this::read, false)
        .onComplete(
            piece -> {
              reading = false;
              if (over) {
                release();
              } else if (piece.failed()) {
                LOG.warn("a streamed answer broke off", piece.cause());
                cut();
              } else if (!pay()) {
                LOG.warn(
                    "a streamed answer is cut off: the memory for answers is full (drover.limits.memory)");
                cut();
              } else if (piece.result().isPresent()) {
                response.write(piece.result().get());
                next();
              } else {
                finish();
              }
            });
  }

  private boolean pay() {
    long held = source instanceof BodyStream body ? body.held() : 0;
    if (held > paid && !part.tryTake(held - paid)) {
      return false;
    }
    if (held < paid) {
      part.give(paid - held);
    }
    paid = held;
    return true;
  }

  private Optional<Buffer> read() throws IOException {
    byte[] piece = source.readNBytes(PIECE);
    return piece.length == 0 ? Optional.empty() : Optional.of(Buffer.buffer(piece));
  }

  /** The end of the body: the last bytes may wait as long as any others. */
  private void finish() {
    timer = ctx.vertx().setTimer(patience, late -> cut());
    response
        .end()
        .onComplete(
            written -> {
              ctx.vertx().cancelTimer(timer);
              end();
            });
  }

  private void cut() {
    Connections.cut(ctx.request().connection());
    end();
  }

  private void end() {
    if (!over) {
      over = true;
      ctx.vertx().cancelTimer(timer);
      if (!reading) {
        release();
      }
    }
  }

  private void release() {
    ctx.vertx()
        .executeBlocking(
            () -> {
              close(source);
              return null;
            },
            false)
        .onComplete(closed -> sent.tryComplete());
  }

  static void close(InputStream stream) {
    try {
      stream.close();
    } catch (IOException | RuntimeException e) {
      LOG.debug("the source of an answer could not be closed", e);
    }
  }
}
