package dev.drover.engine.ws;

import dev.drover.engine.events.EventHub;
import dev.drover.engine.stream.StreamHeaderFilterStrategy;
import dev.drover.engine.stream.StreamOperation;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.spi.UriPath;

/** The options of a {@code ws} endpoint. */
@UriParams
public final class WsConfiguration {
  @UriPath(
      description =
          "A path on the shared HTTP server (from), the word frames for what clients send (from), or"
              + " any name (to).")
  @Metadata(required = true)
  private String target;

  @UriParam(
      label = "common",
      description = "The event hub. The only one in the registry when not set.")
  private EventHub hub;

  @UriParam(
      label = "consumer",
      description =
          "Name of the HTTP router in the registry, e.g. platform-http-router-3000. The only one"
              + " when not set.")
  private String router;

  @UriParam(
      label = "consumer",
      javaType = "java.time.Duration",
      defaultValue = "0",
      description = "Least time between two events of a stream; delays, never drops.")
  private String minGap = "0";

  @UriParam(
      label = "producer",
      defaultValue = "deliver",
      description = "What to do: deliver to the streams of the event's key, broadcast, or ping.")
  private StreamOperation operation = StreamOperation.deliver;

  @UriParam(
      label = "consumer,advanced",
      description = "Decides which header and query names come in and which go out.")
  private HeaderFilterStrategy headerFilterStrategy = new StreamHeaderFilterStrategy();

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

  public String getRouter() {
    return router;
  }

  public void setRouter(String router) {
    this.router = router;
  }

  public String getMinGap() {
    return minGap;
  }

  public void setMinGap(String minGap) {
    this.minGap = minGap;
  }

  public StreamOperation getOperation() {
    return operation;
  }

  public void setOperation(StreamOperation operation) {
    this.operation = operation;
  }

  public HeaderFilterStrategy getHeaderFilterStrategy() {
    return headerFilterStrategy;
  }

  public void setHeaderFilterStrategy(HeaderFilterStrategy headerFilterStrategy) {
    this.headerFilterStrategy = headerFilterStrategy;
  }
}
