package dev.drover.engine.mqttbatch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a durable session. The broker keeps what was not acknowledged and sends it
 * again on the next connection; so nothing of this one is kept when it ends.
 */
final class MqttSession implements MqttCallback, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MqttSession.class);

  /** The session never expires: a mall may be off for long. */
  private static final long FOR_EVER = 0xFFFFFFFFL;

  private static final long PATIENCE = 15_000;

  /** A backlog begins to arrive within this time, in milliseconds. */
  private static final long QUIET = 1_000;

  /** A message and where it was sent to. */
  record Arrived(String topic, MqttMessage message) {}

  private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();
  private final CountDownLatch first = new CountDownLatch(1);
  private final MqttAsyncClient client;
  private volatile boolean lost;

  private MqttSession(MqttAsyncClient client) {
    this.client = client;
  }

  /** Connects and subscribes; the backlog begins to arrive before this returns. */
  static MqttSession open(MqttBatchEndpoint endpoint) throws MqttException {
    MqttConnection to = endpoint.getConnection();
    String id = to.clientPrefix() + "reader-" + endpoint.getTopic().replace('/', '-');
    MqttSession session =
        new MqttSession(new MqttAsyncClient(to.url(), id, new MemoryPersistence()));
    try {
      session.connect(endpoint, to.options());
      return session;
    } catch (MqttException e) {
      session.close();
      throw e;
    }
  }

  private void connect(MqttBatchEndpoint endpoint, MqttConnectionOptions options)
      throws MqttException {
    options.setCleanStart(false);
    options.setSessionExpiryInterval(FOR_EVER);
    options.setReceiveMaximum(endpoint.getReceiveMaximum());
    client.setManualAcks(true);
    // Before connecting: a persistent session delivers at once.
    client.setCallback(this);
    IMqttToken connected = client.connect(options);
    connected.waitForCompletion(PATIENCE);
    if (!connected.getSessionPresent() || !brings()) {
      subscribe(endpoint.getTopic());
    }
  }

  /**
   * Whether a session that was there brings messages, so is subscribed. To subscribe again while it
   * does would put the first ones behind their followers: Artemis makes a new reader for the
   * subscription and takes back what the old one had.
   */
  private boolean brings() {
    try {
      return first.await(QUIET, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void subscribe(String topic) throws MqttException {
    IMqttToken granted = client.subscribe(topic, 1);
    granted.waitForCompletion(PATIENCE);
    MqttClients.requireAccepted(granted);
  }

  /** Whether messages can still be acknowledged. */
  boolean alive() {
    return !lost && client.isConnected();
  }

  /**
   * Up to {@code max} messages in their order; waits a while for the first one, and {@code linger}
   * for the rest.
   *
   * @param linger in milliseconds
   */
  List<Arrived> take(int max, long linger) throws InterruptedException {
    List<Arrived> batch = new ArrayList<>(max);
    Arrived next = arrived.poll(500, TimeUnit.MILLISECONDS);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(linger);
    while (next != null) {
      batch.add(next);
      next =
          batch.size() == max ? null : arrived.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
    return batch;
  }

  /** Tells the broker, in order, that these need not come again. */
  void acknowledge(List<Arrived> batch) throws MqttException {
    for (Arrived arrived : batch) {
      client.messageArrivedComplete(arrived.message().getId(), arrived.message().getQos());
    }
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    arrived.add(new Arrived(topic, message));
    first.countDown();
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {
    lost = true;
  }

  @Override
  public void mqttErrorOccurred(MqttException exception) {
    LOG.warn("mqtt-batch {}: {}", client.getClientId(), exception.toString());
  }

  @Override
  public void deliveryComplete(IMqttToken token) {
    // A reader publishes nothing.
  }

  @Override
  public void connectComplete(boolean reconnect, String serverUri) {
    // A session has one connection.
  }

  @Override
  public void authPacketArrived(int reasonCode, MqttProperties properties) {
    // No extended authentication.
  }

  @Override
  public void close() {
    lost = true;
    MqttClients.close(client);
  }
}
