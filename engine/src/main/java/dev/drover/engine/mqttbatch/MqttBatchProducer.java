package dev.drover.engine.mqttbatch;

import dev.drover.engine.guard.Promises;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;

/**
 * Publishes a list of messages with QoS 1, one behind the other on the wire, and ends when the
 * broker has acknowledged all of them. After a failure nobody knows which ones arrived: the caller
 * sends the list again.
 */
final class MqttBatchProducer extends DefaultProducer {
  private final MqttBatchEndpoint endpoint;
  private MqttAsyncClient client;

  MqttBatchProducer(MqttBatchEndpoint endpoint) {
    super(endpoint);
    this.endpoint = endpoint;
  }

  @Override
  public synchronized void process(Exchange exchange) throws Exception {
    String topic = endpoint.getTopic();
    if (!endpoint.getComponent().isSubscribed(topic)) {
      // A broker drops what is sent to a topic without a subscription.
      throw new IllegalStateException("nobody has subscribed to " + topic + " yet");
    }
    try {
      publish(topic, exchange.getMessage().getMandatoryBody(List.class));
      Promises.store(exchange, "mqtt", () -> {});
    } catch (MqttException e) {
      forget();
      throw e;
    }
  }

  private void publish(String topic, List<?> bodies) throws MqttException {
    MqttAsyncClient to = connected();
    List<IMqttToken> tokens = new ArrayList<>(bodies.size());
    for (Object body : bodies) {
      MqttMessage message = new MqttMessage(bytes(body));
      message.setQos(1);
      tokens.add(to.publish(topic, message));
    }
    for (IMqttToken token : tokens) {
      token.waitForCompletion(endpoint.getTimeout());
      MqttClients.requireAccepted(token);
    }
  }

  private static byte[] bytes(Object body) {
    Object content = body instanceof Message message ? message.getBody() : body;
    return content instanceof byte[] bytes
        ? bytes
        : String.valueOf(content).getBytes(StandardCharsets.UTF_8);
  }

  private MqttAsyncClient connected() throws MqttException {
    if (client != null && client.isConnected()) {
      return client;
    }
    forget();
    MqttConnection connection = endpoint.getConnection();
    // It has no session to find again, so nobody else needs to know its id.
    String id = connection.clientPrefix() + "writer-" + UUID.randomUUID();
    client = MqttClients.of(connection.url(), id);
    MqttConnectionOptions options = connection.options();
    options.setCleanStart(true);
    client.connect(options).waitForCompletion(endpoint.getTimeout());
    return client;
  }

  private void forget() {
    if (client != null) {
      MqttClients.close(client);
      client = null;
    }
  }

  @Override
  protected synchronized void doStop() throws Exception {
    forget();
    super.doStop();
  }
}
