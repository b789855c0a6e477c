package dev.drover.engine.grpc;

import com.google.protobuf.DynamicMessage;
import dev.drover.proto.ProtocolException;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/** Runs a route for each call of its method; the route's answer is the call's. */
final class GrpcCallConsumer extends DefaultConsumer implements GrpcServices.CallHandler {
  private static final int WORTH_COMPRESSING = 1024;

  GrpcCallConsumer(GrpcCallEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
  }

  @Override
  public GrpcCallEndpoint getEndpoint() {
    return (GrpcCallEndpoint) super.getEndpoint();
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    getEndpoint().services().serve(getEndpoint().getMethod(), this);
  }

  @Override
  protected void doStop() throws Exception {
    getEndpoint().services().withdraw(getEndpoint().getMethod(), this);
    super.doStop();
  }

  @Override
  public void handle(GrpcCall call) {
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    try {
      try {
        call.fill(exchange, getEndpoint().getRequest());
        createUoW(exchange);
        getProcessor().process(exchange);
        if (!GrpcErrors.refused(exchange)) {
          answer(call.wire(), exchange);
          return;
        }
      } catch (Exception e) {
        exchange.setException(e);
      }
      refuse(call, exchange);
    } finally {
      doneUoW(exchange);
      releaseExchange(exchange, false);
    }
  }

  private void answer(ServerCall<DynamicMessage, byte[]> wire, Exchange exchange)
      throws IOException {
    GrpcCallEndpoint endpoint = getEndpoint();
    byte[] message =
        JsonToProto.read(
            endpoint.services().method(endpoint.getMethod()).getOutputType(),
            exchange.getMessage().getBody(InputStream.class),
            endpoint.getMaxAnswerBytes());
    // used only when the client says that it takes it
    wire.setCompression("gzip");
    wire.sendHeaders(MetadataPolicy.outbound(exchange.getMessage()));
    wire.setMessageCompression(message.length >= WORTH_COMPRESSING);
    wire.sendMessage(message);
    wire.close(Status.OK, new Metadata());
  }

  private void refuse(GrpcCall call, Exchange exchange) {
    Exception e = exchange.getException();
    if (e != null && !(e instanceof ProtocolException)) {
      getExceptionHandler().handleException("call failed", exchange, e);
    }
    call.refuse(exchange);
  }
}
