package dev.drover.bench;

import java.util.Queue;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** Puts what a plain client gets into a queue. */
record Arrivals(Queue<MqttMessage> queue) implements MqttCallback {
  @Override
  public void messageArrived(String topic, MqttMessage message) {
    queue.add(message);
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {
    System.err.println("disconnected: " + response);
  }

  @Override
  public void mqttErrorOccurred(MqttException exception) {
    System.err.println("MQTT: " + exception);
  }

  @Override
  public void deliveryComplete(IMqttToken token) {
    // The writer asks its tokens.
  }

  @Override
  public void connectComplete(boolean reconnect, String url) {
    // One connection.
  }

  @Override
  public void authPacketArrived(int reason, MqttProperties properties) {
    // None.
  }
}
