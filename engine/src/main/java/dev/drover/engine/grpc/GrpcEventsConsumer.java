package dev.drover.engine.grpc;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.EventStream;
import dev.drover.engine.events.Outbox;
import dev.drover.engine.stream.StreamHandshake;
import dev.drover.engine.stream.StreamHeaderFilterStrategy;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Answers each call whose route grants it with a stream of the hub. */
final class GrpcEventsConsumer extends GrpcConsumer {
  private final EventHub hub;
  private final Outbox outbox;
  private final GrpcEncoding encoding;
  private final StreamHandshake handshake;

  GrpcEventsConsumer(GrpcEventsEndpoint endpoint, Processor processor) {
    super(
        endpoint,
        processor,
        endpoint.getTarget(),
        GrpcRequestForm.query,
        false,
        GrpcLimits.USUAL_REQUEST_BYTES);
    this.hub = endpoint.hub();
    this.outbox = hub.outbox(endpoint.getComponent().writer());
    this.encoding = new GrpcEncoding(method().getOutputType(), hub.clock());
    this.handshake =
        new StreamHandshake(new StreamHeaderFilterStrategy(), Duration.ZERO, hub.clock());
  }

  @Override
  protected void doStop() throws Exception {
    super.doStop();
    hub.streams().abortAll(GrpcEncoding.TRANSPORT);
  }

  @Override
  void answer(GrpcCall call, Exchange exchange) {
    GrpcSink sink =
        new GrpcSink(call, encoding, outbox, MetadataPolicy.outbound(exchange.getMessage()));
    EventStream stream = hub.attach(sink, handshake.granted(exchange));
    call.whenOver(stream::close);
  }
}
