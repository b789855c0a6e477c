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
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a durable session. The broker keeps what was not acknowledged and sends it
 * again on the next connection; so nothing of this one is kept when it ends.
 *
 * <p>What has arrived and waits is bounded in bytes: beyond that the connection is not read. A
 * connection that is not read for longer than its keep-alive ends, and the next one goes on.
 */
final class MqttSession implements MqttCallback, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MqttSession.class);

  /** The session never expires: a mall may be off for long. */
  private static final long FOR_EVER = 0xFFFFFFFFL;

  private static final int ONLY_IF_NEW = 1;

  private static final long PATIENCE = 15_000;

  /** A backlog begins to arrive within this time, in milliseconds. */
  private static final long QUIET = 1_000;

  /** What a message takes besides its payload, about, in bytes. */
  private static final long OVERHEAD = 500;

  /** A message and where it was sent to. */
  record Arrived(String topic, MqttMessage message) {
    long bytes() {
      return message.getPayload().length + OVERHEAD;
    }
  }

  private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();
  private final Object room = new Object();
  private final long mostBytes;
  private long waiting;
  private final CountDownLatch first = new CountDownLatch(1);
  private final MqttAsyncClient client;
  private volatile boolean lost;

  private MqttSession(MqttAsyncClient client, long mostBytes) {
    this.client = client;
    this.mostBytes = mostBytes;
  }

  /** Connects and subscribes; the backlog begins to arrive before this returns. */
  static MqttSession open(MqttBatchEndpoint endpoint) throws MqttException {
    MqttConnection to = endpoint.getConnection();
    String id = to.clientPrefix() + "reader-" + endpoint.getTopic().replace('/', '-');
    MqttSession session = new MqttSession(MqttClients.of(to.url(), id), endpoint.getBatchBytes());
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
    options.setMaximumPacketSize((long) endpoint.getMaximumPacket());
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
    MqttSubscription subscription = new MqttSubscription(topic, 1);
    // a retained message is no news for a session that was subscribed already
    subscription.setRetainHandling(ONLY_IF_NEW);
    IMqttToken granted = client.subscribe(subscription);
    granted.waitForCompletion(PATIENCE);
    MqttClients.requireAccepted(granted);
  }

  /** Whether messages can still be acknowledged. */
  boolean alive() {
    return !lost && client.isConnected();
  }

  /**
   * Up to {@code max} messages in their order, and about as many bytes as may wait; waits a while
   * for the first one, and {@code linger} for the rest.
   *
   * @param linger in milliseconds
   */
  List<Arrived> take(int max, long linger) throws InterruptedException {
    List<Arrived> batch = new ArrayList<>();
    Arrived next = arrived.poll(500, TimeUnit.MILLISECONDS);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(linger);
    long bytes = 0;
    while (next != null) {
      batch.add(next);
      bytes += next.bytes();
      boolean full = batch.size() == max || bytes >= mostBytes;
      next = full ? null : arrived.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
    free(bytes);
    return batch;
  }

  private void free(long bytes) {
    synchronized (room) {
      waiting -= bytes;
      room.notifyAll();
    }
  }

  /** Holds the connection until there is room; a first message always has it. */
  private void awaitRoom(long bytes) throws InterruptedException {
    synchronized (room) {
      while (waiting >= mostBytes && !lost) {
        room.wait();
      }
      waiting += bytes;
    }
  }

  /** Tells the broker, in order, that these need not come again. */
  void acknowledge(List<Arrived> batch) throws MqttException {
    for (Arrived arrived : batch) {
      client.messageArrivedComplete(arrived.message().getId(), arrived.message().getQos());
    }
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) throws InterruptedException {
    Arrived next = new Arrived(topic, message);
    awaitRoom(next.bytes());
    arrived.add(next);
    first.countDown();
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {
    lose();
  }

  private void lose() {
    synchronized (room) {
      lost = true;
      room.notifyAll();
    }
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
    lose();
    MqttClients.close(client);
  }
}
