package dev.drover.engine.grpc;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.EventStream;
import dev.drover.engine.sse.SseHeaderFilterStrategy;
import dev.drover.engine.sse.StreamHandshake;
import dev.drover.proto.ProtocolException;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/**
 * Turns each call of its method into an exchange, and each exchange that is granted into a stream.
 */
final class GrpcEventsConsumer extends DefaultConsumer implements GrpcServices.CallHandler {
  private final StreamHandshake handshake;
  private final GrpcEncoding encoding;

  GrpcEventsConsumer(GrpcEventsEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
    EventHub hub = endpoint.hub();
    this.handshake = new StreamHandshake(new SseHeaderFilterStrategy(), Duration.ZERO, hub.clock());
    this.encoding =
        new GrpcEncoding(
            endpoint.services().method(endpoint.getTarget()).getOutputType(), hub.clock());
  }

  @Override
  public GrpcEventsEndpoint getEndpoint() {
    return (GrpcEventsEndpoint) super.getEndpoint();
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    getEndpoint().services().serve(getEndpoint().getTarget(), this);
  }

  @Override
  protected void doStop() throws Exception {
    getEndpoint().services().withdraw(getEndpoint().getTarget(), this);
    getEndpoint().hub().abortAll(GrpcEncoding.TRANSPORT);
    super.doStop();
  }

  @Override
  public void handle(GrpcCall call) {
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOut);
    try {
      call.fill(exchange, GrpcRequestForm.query);
      createUoW(exchange);
      getProcessor().process(exchange);
      if (!handshake.refused(exchange)) {
        attach(call, exchange);
        return;
      }
    } catch (Exception e) {
      exchange.setException(e);
    } finally {
      doneUoW(exchange);
    }
    refuse(call, exchange);
  }

  private void attach(GrpcCall call, Exchange exchange) {
    EventHub hub = getEndpoint().hub();
    GrpcSink sink =
        new GrpcSink(
            call,
            encoding,
            hub.outbox(getEndpoint().getComponent().writer()),
            MetadataPolicy.outbound(exchange.getMessage()));
    EventStream stream = hub.attach(sink, handshake.granted(exchange));
    call.whenOver(stream::close);
  }

  private void refuse(GrpcCall call, Exchange exchange) {
    Exception e = exchange.getException();
    if (e != null && !(e instanceof ProtocolException)) {
      getExceptionHandler().handleException("stream refused", exchange, e);
    }
    call.refuse(exchange);
  }
}
