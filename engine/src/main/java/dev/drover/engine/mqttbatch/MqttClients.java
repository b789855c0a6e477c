package dev.drover.engine.mqttbatch;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.TimerPingSender;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What readers and writers do alike with a client. */
final class MqttClients {
  private static final Logger LOG = LoggerFactory.getLogger(MqttClients.class);
  private static final long PATIENCE = 1_000;

  private static final int REFUSED = 0x80;

  /** Without it the client's keep-alive waits by java.util.Timer, so by the wall clock. */
  private static final ScheduledExecutorService PINGS =
      Executors.newScheduledThreadPool(
          2,
          work -> {
            Thread thread = new Thread(work, "mqtt-pings");
            thread.setDaemon(true);
            return thread;
          });

  private MqttClients() {}

  /** A client that is not connected yet. */
  static MqttAsyncClient of(String url, String id) throws MqttException {
    return new MqttAsyncClient(url, id, new MemoryPersistence(), new TimerPingSender(PINGS), null);
  }

  /** Throws when the broker has answered a finished request with a refusal. */
  static void requireAccepted(IMqttToken token) throws MqttException {
    int[] codes = token.getReasonCodes();
    for (int code : codes == null ? new int[0] : codes) {
      if (code >= REFUSED) {
        throw new MqttException(code);
      }
    }
  }

  /** Ends a client, also one that is broken; the session stays with the broker. */
  static void close(MqttAsyncClient client) {
    try {
      if (client.isConnected()) {
        client.disconnect(PATIENCE).waitForCompletion(PATIENCE);
      }
    } catch (MqttException e) {
      LOG.debug("mqtt-batch {}: {}", client.getClientId(), e.toString());
    }
    try {
      client.disconnectForcibly(0, PATIENCE, false);
    } catch (MqttException e) {
      LOG.debug("mqtt-batch {}: {}", client.getClientId(), e.toString());
    }
    try {
      client.close(true);
    } catch (MqttException e) {
      LOG.debug("mqtt-batch {}: {}", client.getClientId(), e.toString());
    }
  }
}
