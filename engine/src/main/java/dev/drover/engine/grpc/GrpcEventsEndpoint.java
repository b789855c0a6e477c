package dev.drover.engine.grpc;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.stream.StreamHeaders;
import dev.drover.engine.stream.StreamOperation;
import dev.drover.engine.stream.StreamParts;
import dev.drover.engine.stream.StreamProducer;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Serve event streams over gRPC, and deliver events to them. */
@UriEndpoint(
    firstVersion = "0.1.0",
    scheme = "grpc-events",
    title = "Event gRPC",
    syntax = "grpc-events:target",
    category = {Category.RPC, Category.MESSAGING},
    headersClass = StreamHeaders.class)
public final class GrpcEventsEndpoint extends DefaultEndpoint {
  @UriPath(
      description =
          "Service and method of a server stream of events with id, type, timestamp and payload"
              + " (from), or any name (to).")
  @Metadata(required = true)
  private String target;

  @UriParam(
      label = "common",
      description = "The event hub. The only one in the registry when not set.")
  private EventHub hub;

  @UriParam(
      label = "producer",
      defaultValue = "deliver",
      description = "What to do: deliver to the streams of the event's key, broadcast, or ping.")
  private StreamOperation operation = StreamOperation.deliver;

  /** An endpoint for one method, or for all streams. */
  public GrpcEventsEndpoint(String uri, GrpcEventsComponent component, String target) {
    super(uri, component);
    this.target = target;
  }

  @Override
  public GrpcEventsComponent getComponent() {
    return (GrpcEventsComponent) super.getComponent();
  }

  @Override
  public Producer createProducer() {
    return new StreamProducer(this, hub(), GrpcEncoding.TRANSPORT, operation);
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    Consumer consumer = new GrpcEventsConsumer(this, processor);
    configureConsumer(consumer);
    return consumer;
  }

  EventHub hub() {
    return StreamParts.hub(getCamelContext(), hub);
  }

  public String getTarget() {
    return target;
  }

  public void setTarget(String target) {
    this.target = target;
  }

  public EventHub getHub() {
    return hub;
  }

  public void setHub(EventHub hub) {
    this.hub = hub;
  }

  public StreamOperation getOperation() {
    return operation;
  }

  public void setOperation(StreamOperation operation) {
    this.operation = operation;
  }
}
