package dev.drover.engine.mqttbatch;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

/** The order in which this process published its messages, also over restarts: a user property. */
final class MqttOrder {
  private static final String NAME = "drover-order";
  private static final AtomicLong LAST = new AtomicLong();

  private MqttOrder() {}

  /** Marks a message as the newest one. */
  static void mark(MqttMessage message) {
    long now = System.currentTimeMillis() * 1_000;
    long order = LAST.updateAndGet(last -> Math.max(last + 1, now));
    MqttProperties properties = new MqttProperties();
    properties.setUserProperties(List.of(new UserProperty(NAME, String.valueOf(order))));
    message.setProperties(properties);
  }

  /** The place of a message; those of others stay where they are, in front. */
  static long of(MqttMessage message) {
    MqttProperties properties = message.getProperties();
    if (properties == null || properties.getUserProperties() == null) {
      return 0;
    }
    return properties.getUserProperties().stream()
        .filter(property -> property.getKey().equals(NAME))
        .mapToLong(property -> Long.parseLong(property.getValue()))
        .findFirst()
        .orElse(0);
  }
}
