package dev.drover.engine.mqttbatch;

import dev.drover.engine.backbone.EmbeddedArtemis;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

/** The time of a message, which may have waited at the broker. */
final class MessageTime {
  private static final String SENT_AT = "sent-at";

  private MessageTime() {}

  /**
   * When it was sent or received, never later than {@code now}; empty for a retained message of
   * which nobody tells the time.
   */
  static Optional<Instant> of(MqttMessage message, Instant now) {
    Instant told = property(message, EmbeddedArtemis.RECEIVED_AT).orElse(null);
    if (told == null && message.isRetained()) {
      return property(message, SENT_AT).filter(sent -> !sent.isAfter(now));
    }
    Instant received = told == null || told.isAfter(now) ? now : told;
    return Optional.of(
        property(message, SENT_AT).filter(sent -> !sent.isAfter(received)).orElse(received));
  }

  private static Optional<Instant> property(MqttMessage message, String name) {
    List<UserProperty> all =
        message.getProperties() == null ? null : message.getProperties().getUserProperties();
    if (all == null) {
      return Optional.empty();
    }
    try {
      return all.stream()
          .filter(one -> one.getKey().equals(name))
          .reduce((first, last) -> last)
          .map(one -> Instant.parse(one.getValue()));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
