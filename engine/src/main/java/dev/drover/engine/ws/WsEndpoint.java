package dev.drover.engine.ws;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.stream.StreamHeaders;
import dev.drover.engine.stream.StreamParts;
import dev.drover.engine.stream.StreamProducer;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.support.DefaultEndpoint;

/** Serve event streams over WebSocket, deliver events to them, and take what clients send. */
@UriEndpoint(
    firstVersion = "0.1.0",
    scheme = "ws",
    title = "Event WebSocket",
    syntax = "ws:target",
    category = {Category.HTTP, Category.MESSAGING},
    headersClass = StreamHeaders.class)
public final class WsEndpoint extends DefaultEndpoint {
  static final String FRAMES = "frames";

  @UriParam private WsConfiguration configuration;

  /** An endpoint with its own configuration. */
  public WsEndpoint(String uri, WsComponent component, WsConfiguration configuration) {
    super(uri, component);
    this.configuration = configuration;
  }

  @Override
  public WsComponent getComponent() {
    return (WsComponent) super.getComponent();
  }

  @Override
  public Producer createProducer() {
    return new StreamProducer(this, hub(), WsEncoding.TRANSPORT, configuration.getOperation());
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    Consumer consumer =
        FRAMES.equals(configuration.getTarget())
            ? new WsFrameConsumer(this, processor)
            : new WsServerConsumer(this, processor);
    configureConsumer(consumer);
    return consumer;
  }

  public WsConfiguration getConfiguration() {
    return configuration;
  }

  public void setConfiguration(WsConfiguration configuration) {
    this.configuration = configuration;
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
