package dev.drover.engine.sse;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/** Server-sent events, as a server, as a producer to its streams, and as a client. */
@Component("sse")
public final class SseComponent extends DefaultComponent {

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    SseConfiguration configuration = new SseConfiguration();
    configuration.setTarget(remaining);
    SseEndpoint endpoint = new SseEndpoint(uri, this, configuration);
    setProperties(configuration, parameters);
    setProperties(endpoint, parameters);
    return endpoint;
  }
}
