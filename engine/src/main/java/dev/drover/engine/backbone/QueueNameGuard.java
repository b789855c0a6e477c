package dev.drover.engine.backbone;

import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import org.apache.activemq.artemis.core.protocol.mqtt.MQTTInterceptor;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/**
 * Refuses Artemis' {@code address::queue} topics: with one, a client could read the queue of
 * another client's session.
 */
final class QueueNameGuard implements MQTTInterceptor {
  /** Stands between an address and a queue. */
  static final String QUEUE_MARK = "::";

  @Override
  public boolean intercept(MqttMessage packet, RemotingConnection connection) {
    if (packet instanceof MqttSubscribeMessage subscribe) {
      return subscribe.payload().topicSubscriptions().stream()
          .noneMatch(s -> s.topicFilter().contains(QUEUE_MARK));
    }
    return !(packet instanceof MqttPublishMessage publish)
        || publish.variableHeader().topicName() == null
        || !publish.variableHeader().topicName().contains(QUEUE_MARK);
  }
}
