package dev.drover.engine.grpc;

import dev.drover.engine.http.IngressFilter;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Stands before every call of a port. Who calls is decided from the metadata, before a byte of the
 * request is read; then the request has a largest size, a part of the process's budget and a time
 * until when it is there; bytes that are no message are the caller's fault.
 */
final class GrpcGate implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION = MetadataPolicy.key("authorization");

  private static final Metadata.Key<String> REQUEST_ID = MetadataPolicy.key("x-request-id");

  private final GrpcServices services;
  private final Duration patience;
  private final ScheduledExecutorService timer;

  GrpcGate(GrpcServices services, Duration patience, ScheduledExecutorService timer) {
    this.services = services;
    this.patience = patience;
    this.timer = timer;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    String id = IngressFilter.requestId(metadata.get(REQUEST_ID));
    Request<Q> request = new Request<>(call, id, services.clock());
    try {
      services.admit(method, metadata.get(AUTHORIZATION));
    } catch (ProtocolException e) {
      request.refuse(e);
      return new ServerCall.Listener<>() {};
    }
    request.begin(services.budget(), services.maxRequestBytes(method));
    ScheduledFuture<?> late =
        timer.schedule(
            () ->
                request.refuse(
                    new ProtocolException(
                        ErrorCode.REQUEST_TIMEOUT,
                        "The request was not complete after " + patience.toSeconds() + " s")),
            patience.toMillis(),
            TimeUnit.MILLISECONDS);
    request.follow(next.startCall(call, metadata), late);
    return request;
  }

  /** One request: open until it is complete or refused, whichever is first. */
  private static final class Request<Q> extends ServerCall.Listener<Q> {
    private final ServerCall<Q, ?> call;
    private final String id;
    private final Clock clock;
    private final InboundBytes bytes = InboundBytes.ofThisCall();
    private ServerCall.Listener<Q> handler;
    private ScheduledFuture<?> late;
    private boolean complete;
    private boolean refused;

    Request(ServerCall<Q, ?> call, String id, Clock clock) {
      this.call = call;
      this.id = id;
      this.clock = clock;
    }

    void begin(ByteBudget budget, long most) {
      if (bytes != null) {
        bytes.begin(budget, most, this::refuse);
      }
    }

    void follow(ServerCall.Listener<Q> listener, ScheduledFuture<?> timeout) {
      handler = listener;
      late = timeout;
    }

    /** Ends the call, unless its request is complete: then it is the handler's. */
    synchronized void refuse(ProtocolException why) {
      if (!complete && !refused) {
        refused = true;
        GrpcErrors.fail(call, why, id, clock.instant());
      }
    }

    private synchronized boolean complete() {
      complete = true;
      return !refused;
    }

    @Override
    public void onMessage(Q message) {
      try {
        if (!refused()) {
          handler.onMessage(message);
        }
      } catch (RuntimeException e) {
        if (!unparsable(e)) {
          throw e;
        }
        refuse(
            new ProtocolException(
                ErrorCode.VALIDATION_FAILED, "The request is not the message of this call"));
      }
    }

    private synchronized boolean refused() {
      return refused;
    }

    /** What the marshallers of messages throw. */
    private static boolean unparsable(RuntimeException e) {
      return Status.fromThrowable(e).getCause()
          instanceof com.google.protobuf.InvalidProtocolBufferException;
    }

    @Override
    public void onHalfClose() {
      late.cancel(false);
      try {
        if (bytes != null) {
          bytes.handled();
        }
      } catch (ProtocolException e) {
        refuse(e);
      }
      if (complete()) {
        try {
          handler.onHalfClose();
        } finally {
          if (bytes != null) {
            bytes.done();
          }
        }
      }
    }

    @Override
    public void onCancel() {
      late.cancel(false);
      handler.onCancel();
    }

    @Override
    public void onComplete() {
      late.cancel(false);
      handler.onComplete();
    }

    @Override
    public void onReady() {
      handler.onReady();
    }
  }
}
