package dev.drover.engine.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Principal;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// Some brokers and clients are only held open for the length of a block.
@SuppressWarnings("try")
class EmbeddedArtemisTest {
  private static final int NOT_AUTHORIZED = 0x87;
  private static final String ALLOWED = "beacons/b-1/heartbeat";

  @TempDir Path dir;
  private final int port = FreePort.pick();
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

  @Test
  void aQueuedMessageSurvivesARestartForAnAbsentSession() throws Exception {
    try (EmbeddedArtemis broker = start()) {
      try (Client reader = connect("reader", "reader")) {
        reader.subscribe("beacons/+/heartbeat", 1);
      }
      try (Client beacon = connect("b-1", "b-1")) {
        beacon.publish(ALLOWED, "one".getBytes(StandardCharsets.UTF_8), 1, false);
      }
      assertThat(broker.pending()).isPositive();
    }
    try (EmbeddedArtemis broker = start();
        Client reader = connect("reader", "reader")) {
      assertThat(received.poll(60, TimeUnit.SECONDS)).isEqualTo("one");
    }
  }

  @Test
  void aRetainedMessageSurvivesARestart() throws Exception {
    try (EmbeddedArtemis broker = start();
        Client beacon = connect("b-1", "b-1")) {
      beacon.publish(ALLOWED, "kept".getBytes(StandardCharsets.UTF_8), 1, true);
    }
    try (EmbeddedArtemis broker = start();
        Client reader = connect("reader", "reader")) {
      reader.subscribe(ALLOWED, 1);
      assertThat(received.poll(60, TimeUnit.SECONDS)).isEqualTo("kept");
    }
  }

  @Test
  void aForbiddenTopicIsRefusedBothWays() throws Exception {
    try (EmbeddedArtemis broker = start();
        Client beacon = connect("b-1", "b-1")) {
      assertThat(publish(beacon, "beacons/b-2/heartbeat")).isEqualTo(NOT_AUTHORIZED);
      assertThat(publish(beacon, "activemq/management")).isEqualTo(NOT_AUTHORIZED);
      assertThat(publish(beacon, ALLOWED)).isLessThan(0x80);
      assertThat(subscribe(beacon, "beacons/#")).isEqualTo(NOT_AUTHORIZED);
      assertThat(subscribe(beacon, "#")).isEqualTo(NOT_AUTHORIZED);
      assertThat(subscribe(beacon, "beacons/b-1/commands")).isEqualTo(1);
    }
  }

  @Test
  void wrongPasswordsAndForeignClientIdsAreRefused() {
    try (EmbeddedArtemis broker = start()) {
      assertThatThrownBy(() -> connect("b-1", "b-1", "wrong")).isInstanceOf(MqttException.class);
      assertThatThrownBy(() -> connect("b-1", "b-2")).isInstanceOf(MqttException.class);
    }
  }

  @Test
  void theQueueOfAnotherSessionCannotBeNamed() throws Exception {
    try (EmbeddedArtemis broker = start();
        Client reader = connect("reader", "reader")) {
      assertThatThrownBy(() -> reader.subscribe("beacons/b-1/heartbeat::b-1.queue", 1))
          .isInstanceOf(MqttException.class);
    }
  }

  @Test
  void aTakenPortIsAClearError() throws Exception {
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(this::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(dir.toString());
    }
  }

  @Test
  void aDirectoryInUseIsAClearError() throws Exception {
    try (EmbeddedArtemis broker = start()) {
      assertThatThrownBy(
              () ->
                  new EmbeddedArtemis(new ArtemisConfig(dir, FreePort.pick()), new OwnTopicsOnly())
                      .start())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(dir.toString());
    }
  }

  private EmbeddedArtemis start() {
    return new EmbeddedArtemis(new ArtemisConfig(dir, port), new OwnTopicsOnly()).start();
  }

  private Client connect(String user, String clientId) throws MqttException {
    return connect(user, clientId, "secret");
  }

  private Client connect(String user, String clientId, String password) throws MqttException {
    Client client = new Client("tcp://127.0.0.1:" + port, clientId);
    client.setTimeToWait(10_000);
    client.setCallback(new Receiver());
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setUserName(user);
    options.setPassword(password.getBytes(StandardCharsets.UTF_8));
    options.setCleanStart(false);
    options.setSessionExpiryInterval(3_600L);
    client.connect(options);
    return client;
  }

  /** The reason code of the broker's answer; Paho does not raise it as an exception. */
  private static int publish(Client client, String topic) throws MqttException {
    MqttMessage message = new MqttMessage("x".getBytes(StandardCharsets.UTF_8), 1, false, null);
    return client.publishForToken(topic, message).getReasonCodes()[0];
  }

  private static int subscribe(MqttClient client, String filter) throws MqttException {
    IMqttToken token = client.subscribe(filter, 1);
    return token.getReasonCodes()[0];
  }

  /** A client that leaves in order at the end of its block. */
  private static final class Client extends MqttClient implements AutoCloseable {
    private Client(String url, String clientId) throws MqttException {
      super(url, clientId, new MemoryPersistence());
    }

    private IMqttToken publishForToken(String topic, MqttMessage message) throws MqttException {
      IMqttToken token = aClient.publish(topic, message, null, null);
      token.waitForCompletion(getTimeToWait());
      return token;
    }

    @Override
    public void close() throws MqttException {
      if (isConnected()) {
        disconnect();
      }
      super.close();
    }
  }

  /** A reader may read all; a beacon may use the topics under its own id. */
  private static final class OwnTopicsOnly implements MqttAuthoriser {
    private record User(String getName) implements Principal {}

    @Override
    public Optional<Principal> authenticate(MqttLogin login) {
      return login
          .username()
          .filter(user -> user.equals(login.clientId()))
          .filter(user -> login.password().equals(Optional.of("secret")))
          .map(User::new);
    }

    @Override
    public boolean allows(Principal identity, String topic, MqttAction action) {
      return identity.getName().equals("reader")
          ? action == MqttAction.SUBSCRIBE
          : topic.startsWith("beacons/" + identity.getName() + "/");
    }
  }

  private final class Receiver implements MqttCallback {
    @Override
    public void messageArrived(String topic, MqttMessage message) {
      received.add(new String(message.getPayload(), StandardCharsets.UTF_8));
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {}

    @Override
    public void mqttErrorOccurred(MqttException exception) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}
  }
}
