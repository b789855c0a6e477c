package dev.drover.engine.ws;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/** Event streams over WebSocket: the sibling of the sse component on the same hub. */
@Component("ws")
public final class WsComponent extends DefaultComponent {
  private final List<WsFrameConsumer> frameConsumers = new CopyOnWriteArrayList<>();

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    WsConfiguration configuration = new WsConfiguration();
    configuration.setTarget(remaining);
    setProperties(configuration, parameters);
    WsEndpoint endpoint = new WsEndpoint(uri, this, configuration);
    setProperties(endpoint, parameters);
    return endpoint;
  }

  /** The routes that take client frames. */
  List<WsFrameConsumer> frameConsumers() {
    return frameConsumers;
  }
}
