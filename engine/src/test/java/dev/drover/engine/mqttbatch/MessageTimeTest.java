package dev.drover.engine.mqttbatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.junit.jupiter.api.Test;

/** Whose word counts for the time of a message. */
class MessageTimeTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant BEFORE = NOW.minusSeconds(60);
  private static final Instant LONG_BEFORE = NOW.minusSeconds(3_600);

  private static MqttMessage message(boolean retained, String... namesAndTimes) {
    List<UserProperty> all = new ArrayList<>();
    for (int i = 0; i < namesAndTimes.length; i += 2) {
      all.add(new UserProperty(namesAndTimes[i], namesAndTimes[i + 1]));
    }
    MqttProperties properties = new MqttProperties();
    properties.setUserProperties(all);
    MqttMessage message = new MqttMessage(new byte[0], 1, retained, properties);
    return message;
  }

  @Test
  void b4AMessageKeepsItsOwnTime() {
    assertThat(MessageTime.of(message(false), NOW)).contains(NOW);
    assertThat(MessageTime.of(message(true, "received-at", BEFORE.toString()), NOW))
        .contains(BEFORE);
    assertThat(
            MessageTime.of(
                message(true, "sent-at", LONG_BEFORE.toString(), "received-at", BEFORE.toString()),
                NOW))
        .contains(LONG_BEFORE);
    // nobody sends what was received already, and nothing comes from the future
    assertThat(
            MessageTime.of(
                message(false, "sent-at", NOW.toString(), "received-at", BEFORE.toString()), NOW))
        .contains(BEFORE);
    assertThat(MessageTime.of(message(false, "received-at", NOW.plusSeconds(9).toString()), NOW))
        .contains(NOW);
    assertThat(MessageTime.of(message(false, "sent-at", "yesterday"), NOW)).contains(NOW);
  }

  @Test
  void b4ARetainedMessageOfWhichNobodyTellsTheTimeHasNone() {
    assertThat(MessageTime.of(message(true), NOW)).isEmpty();
    assertThat(MessageTime.of(message(true, "sent-at", BEFORE.toString()), NOW)).contains(BEFORE);
  }
}
