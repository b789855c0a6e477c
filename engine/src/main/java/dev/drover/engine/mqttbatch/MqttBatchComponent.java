package dev.drover.engine.mqttbatch;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/** The {@code mqtt-batch} component: batches of messages from and to a durable MQTT 5 session. */
@Component("mqtt-batch")
public class MqttBatchComponent extends DefaultComponent {
  private final Set<String> subscribed = ConcurrentHashMap.newKeySet();

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    MqttBatchEndpoint endpoint = new MqttBatchEndpoint(uri, this, remaining);
    setProperties(endpoint, parameters);
    return endpoint;
  }

  /** Notes that a durable session holds what is sent to this topic from now on. */
  void subscribed(String topic) {
    subscribed.add(topic);
  }

  /** Whether a reader of this process has subscribed to the topic. */
  boolean isSubscribed(String topic) {
    return subscribed.contains(topic);
  }
}
