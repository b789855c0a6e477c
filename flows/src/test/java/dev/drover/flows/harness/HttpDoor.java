package dev.drover.flows.harness;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.support.DefaultConsumer;

/** An HTTP server without a port: a test puts its request in. */
final class HttpDoor implements PlatformHttpEngine {
  private final Map<String, Processor> consumers = new LinkedHashMap<>();

  private static final class Consumer extends DefaultConsumer implements PlatformHttpConsumer {
    Consumer(PlatformHttpEndpoint endpoint, Processor processor) {
      super(endpoint, processor);
    }

    @Override
    public PlatformHttpEndpoint getEndpoint() {
      return (PlatformHttpEndpoint) super.getEndpoint();
    }
  }

  @Override
  public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
    consumers.put(endpoint.getPath(), processor);
    return new Consumer(endpoint, processor);
  }

  @Override
  public int getServerPort() {
    return 0;
  }

  @Override
  public String getScheme() {
    return "http";
  }

  /** Hands a request to the one consumer that there is. */
  void request(Exchange exchange) {
    try {
      consumers.values().iterator().next().process(exchange);
    } catch (Exception e) {
      exchange.setException(e);
    }
  }
}
