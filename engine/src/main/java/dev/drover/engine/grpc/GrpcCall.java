package dev.drover.engine.grpc;

import com.google.protobuf.DynamicMessage;
import dev.drover.engine.http.IngressFilter;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** One call whose request has arrived. */
final class GrpcCall {
  private static final String REMOTE_ADDRESS = "CamelVertxPlatformHttpRemoteAddress";

  private final ServerCall<DynamicMessage, byte[]> call;
  private final Metadata metadata;
  private final DynamicMessage request;
  private final Clock clock;
  private final Runnable reset = CallReset.ofThisCall();
  private Runnable whenOver = () -> {};
  private boolean over;

  private GrpcCall(
      ServerCall<DynamicMessage, byte[]> call,
      Metadata metadata,
      DynamicMessage request,
      Clock clock) {
    this.call = call;
    this.metadata = metadata;
    this.request = request;
    this.clock = clock;
  }

  ServerCall<DynamicMessage, byte[]> wire() {
    return call;
  }

  /** Ends the call with the error that is the exchange's answer, or that no route handled. */
  void refuse(Exchange exchange) {
    GrpcErrors.refuse(call, exchange, clock.instant());
  }

  /** Cuts the call and forgets what it has not sent. */
  void reset() {
    reset.run();
  }

  /** Runs this once the call has ended, whoever ended it; at once when it has. */
  synchronized void whenOver(Runnable action) {
    if (over) {
      action.run();
    } else {
      whenOver = action;
    }
  }

  private synchronized void ended() {
    over = true;
    whenOver.run();
  }

  /**
   * Puts the call into an exchange, in the form of the REST operation: the request as JSON body or
   * as query names, allowed metadata as headers.
   *
   * @throws ProtocolException VALIDATION_FAILED for a request that JSON cannot say
   */
  void fill(Exchange exchange, GrpcRequestForm form) {
    Message message = exchange.getIn();
    MetadataPolicy.inbound(metadata).forEach(message::setHeader);
    String requestId = IngressFilter.requestId(message.getHeader("X-Request-ID", String.class));
    message.setHeader("X-Request-ID", requestId);
    Map<String, Object> asked = new HashMap<>(message.getHeaders());
    // what the scope of an idempotency key is made of
    message.setHeader(Exchange.HTTP_METHOD, "POST");
    message.setHeader(Exchange.HTTP_PATH, "/" + call.getMethodDescriptor().getFullMethodName());
    if (call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
        instanceof InetSocketAddress address) {
      message.setHeader(REMOTE_ADDRESS, SocketAddress.inetSocketAddress(address));
    }
    if (form == GrpcRequestForm.query) {
      ProtoToJson.query(request).forEach(message::setHeader);
    } else {
      message.setHeader(Exchange.CONTENT_TYPE, "application/json");
      message.setBody(ProtoToJson.body(request));
    }
    exchange.setProperty("DroverRequestHeaders", asked);
  }

  /** Takes a call's request and hands both to whoever serves the method. */
  record Reception(Supplier<GrpcServices.CallHandler> handler, Clock clock)
      implements ServerCallHandler<DynamicMessage, byte[]> {
    @Override
    public ServerCall.Listener<DynamicMessage> startCall(
        ServerCall<DynamicMessage, byte[]> call, Metadata metadata) {
      GrpcServices.CallHandler serving = handler.get();
      if (serving == null) {
        String name = call.getMethodDescriptor().getFullMethodName();
        call.close(
            Status.UNIMPLEMENTED.withDescription(name + " is not served yet"), new Metadata());
        return new ServerCall.Listener<>() {};
      }
      // a second message would be an error: it is asked for to be noticed
      call.request(2);
      return new Waiting(call, metadata, serving, clock);
    }
  }

  private static final class Waiting extends ServerCall.Listener<DynamicMessage> {
    private final ServerCall<DynamicMessage, byte[]> wire;
    private final Metadata metadata;
    private final GrpcServices.CallHandler handler;
    private final Clock clock;
    private DynamicMessage request;
    private boolean tooMany;
    private GrpcCall call;

    Waiting(
        ServerCall<DynamicMessage, byte[]> wire,
        Metadata metadata,
        GrpcServices.CallHandler handler,
        Clock clock) {
      this.wire = wire;
      this.metadata = metadata;
      this.handler = handler;
      this.clock = clock;
    }

    @Override
    public void onMessage(DynamicMessage message) {
      tooMany = request != null;
      request = message;
    }

    @Override
    public void onHalfClose() {
      if (request == null || tooMany) {
        GrpcErrors.fail(
            wire,
            new ProtocolException(ErrorCode.VALIDATION_FAILED, "Send exactly one request message"),
            IngressFilter.requestId(metadata.get(MetadataPolicy.key("x-request-id"))),
            clock.instant());
        return;
      }
      call = new GrpcCall(wire, metadata, request, clock);
      handler.handle(call);
    }

    @Override
    public void onCancel() {
      end();
    }

    @Override
    public void onComplete() {
      end();
    }

    private void end() {
      if (call != null) {
        call.ended();
      }
    }
  }
}
