package dev.drover.e2e.powercut;

import dev.drover.engine.backbone.ArtemisConfig;
import dev.drover.engine.backbone.EmbeddedArtemis;
import dev.drover.engine.backbone.FreePort;
import dev.drover.engine.backbone.MqttAction;
import dev.drover.engine.backbone.MqttAuthoriser;
import dev.drover.engine.backbone.MqttLogin;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Principal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** The mall's broker: messages of QoS 1 for a reader that is away. */
final class ArtemisStore implements Store {
  private static final String TOPIC = "uplink/normal";
  private static final String PAD = "x".repeat(5_000);
  private static final int QUIET_SECONDS = 10;

  private static EmbeddedArtemis open(Path directory) {
    MqttAuthoriser anybody =
        new MqttAuthoriser() {
          @Override
          public Optional<Principal> authenticate(MqttLogin login) {
            return Optional.of(login::clientId);
          }

          @Override
          public boolean allows(Principal identity, String topic, MqttAction action) {
            return true;
          }
        };
    return new EmbeddedArtemis(new ArtemisConfig(directory, FreePort.pick()), anybody).start();
  }

  /** Listens before it connects: a session that was kept brings messages at once. */
  private static MqttClient connect(
      EmbeddedArtemis broker, String name, boolean durable, Consumer<String> arrived)
      throws MqttException {
    MqttClient client = new MqttClient(broker.url(), name, new MemoryPersistence());
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(!durable);
    options.setSessionExpiryInterval(durable ? 1_000_000L : 0L);
    options.setUserName(name);
    options.setPassword("any".getBytes(StandardCharsets.UTF_8));
    client.setTimeToWait(30_000);
    client.setCallback(new Listener(arrived));
    client.connect(options);
    return client;
  }

  @Override
  public void write(Path directory, Acknowledged acknowledged, int numbers) throws Exception {
    EmbeddedArtemis broker = open(directory);
    MqttClient reader = connect(broker, "reader", true, number -> {});
    reader.subscribe(TOPIC, 1);
    reader.disconnect();
    Stores.together(
        writer -> {
          MqttClient client = connect(broker, writer, false, number -> {});
          for (int i = 0; i < numbers; i++) {
            publish(client, writer + "-" + i);
            acknowledged.number(writer + "-" + i);
          }
        });
  }

  private static void publish(MqttClient client, String number) throws MqttException {
    byte[] body = (number + " " + PAD).getBytes(StandardCharsets.UTF_8);
    MqttMessage message = new MqttMessage(body);
    message.setQos(1);
    client.publish(TOPIC, message);
  }

  /** A reader that comes back is given what it missed, perhaps in another order. */
  @Override
  public boolean ordered() {
    return false;
  }

  @Override
  public List<String> read(Path directory, Set<String> acknowledged) throws Exception {
    try (EmbeddedArtemis broker = open(directory)) {
      BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
      MqttClient reader = connect(broker, "reader", true, arrived::add);
      reader.subscribe(TOPIC, 1);
      MqttClient writer = connect(broker, "after", false, number -> {});
      publish(writer, "after");
      Set<String> found = new HashSet<>();
      boolean after = false;
      String next;
      // A message of now may overtake those that waited.
      while ((!after || !found.containsAll(acknowledged))
          && (next = arrived.poll(QUIET_SECONDS, TimeUnit.SECONDS)) != null) {
        if (next.equals("after")) {
          after = true;
        } else {
          found.add(next);
        }
      }
      if (!after) {
        throw new IllegalStateException("a message of now does not come");
      }
      writer.disconnectForcibly(0, 100, false);
      reader.disconnectForcibly(0, 100, false);
      writer.close(true);
      reader.close(true);
      return List.copyOf(found);
    }
  }

  private record Listener(Consumer<String> arrived) implements MqttCallback {
    @Override
    public void messageArrived(String topic, MqttMessage message) {
      String text = new String(message.getPayload(), StandardCharsets.UTF_8);
      // nobody was told of one that is not whole
      arrived.accept(text.endsWith(" " + PAD) ? text.split(" ")[0] : "torn");
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {}

    @Override
    public void mqttErrorOccurred(MqttException exception) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String uri) {}

    @Override
    public void authPacketArrived(int reason, MqttProperties properties) {}
  }
}
