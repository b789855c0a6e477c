package dev.drover.engine.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.util.concurrent.TimeoutException;

/**
 * Resets one call (RST_STREAM), so that what still waits for its reader is forgotten. The server's
 * own {@code close} queues the end behind it, for as long as the reader does not read. The library
 * resets a call whose context timed out, and a tracer may put a context above each call's.
 */
final class CallReset {
  private static final Context.Key<Context.CancellableContext> ABOVE = Context.key("drover-above");

  /** Puts a context that can be ended above that of each call. */
  static final ServerStreamTracer.Factory FACTORY =
      new ServerStreamTracer.Factory() {
        @Override
        public ServerStreamTracer newServerStreamTracer(String method, Metadata metadata) {
          return new ServerStreamTracer() {
            @Override
            public Context filterContext(Context context) {
              Context.CancellableContext above = context.withCancellation();
              return above.withValue(ABOVE, above);
            }
          };
        }
      };

  private CallReset() {}

  /** While the call is handled: what resets it. */
  static Runnable ofThisCall() {
    Context.CancellableContext above = ABOVE.get();
    return () -> above.cancel(new TimeoutException("the reader does not keep up"));
  }
}
