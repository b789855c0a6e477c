package dev.drover.engine.sse;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.stream.StreamHeaders;
import dev.drover.engine.stream.StreamParts;
import dev.drover.engine.stream.StreamProducer;
import org.apache.camel.Category;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.support.DefaultEndpoint;

/**
 * Serve event streams to clients, deliver events to them, or listen to the event stream of another
 * server.
 */
@UriEndpoint(
    firstVersion = "0.1.0",
    scheme = "sse",
    title = "Server-Sent Events",
    syntax = "sse:target",
    category = {Category.HTTP, Category.MESSAGING},
    headersClass = StreamHeaders.class)
public final class SseEndpoint extends DefaultEndpoint {
  @UriParam private SseConfiguration configuration;

  /** An endpoint with its own configuration. */
  public SseEndpoint(String uri, Component component, SseConfiguration configuration) {
    super(uri, component);
    this.configuration = configuration;
  }

  @Override
  public Producer createProducer() {
    return new StreamProducer(this, hub(), SseEncoding.TRANSPORT, configuration.getOperation());
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    Consumer consumer =
        remote() ? new SseClientConsumer(this, processor) : new SseServerConsumer(this, processor);
    configureConsumer(consumer);
    return consumer;
  }

  public SseConfiguration getConfiguration() {
    return configuration;
  }

  public void setConfiguration(SseConfiguration configuration) {
    this.configuration = configuration;
  }

  boolean remote() {
    return configuration.getTarget().matches("https?:/.*");
  }

  String serverPath() {
    return StreamParts.path(configuration.getTarget());
  }

  EventHub hub() {
    return StreamParts.hub(getCamelContext(), configuration.getHub());
  }

  VertxPlatformHttpRouter router() {
    return StreamParts.router(getCamelContext(), configuration.getRouter());
  }
}
