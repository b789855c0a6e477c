package dev.drover.engine.backbone;

import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.ServiceRegistry;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.server.impl.ServiceRegistryImpl;

/**
 * The mall's MQTT 5 and 3.1.1 broker inside this process; it answers a QoS 1 message only after its
 * journal is synced to disk.
 */
public final class EmbeddedArtemis implements AutoCloseable {
  private final ArtemisConfig config;
  private final MqttAuthoriser authoriser;
  private ActiveMQServer broker;

  /** A broker that is not started yet. */
  public EmbeddedArtemis(ArtemisConfig config, MqttAuthoriser authoriser) {
    this.config = config;
    this.authoriser = authoriser;
  }

  /**
   * Opens the journal and listens.
   *
   * @throws IllegalStateException when another process uses the directory, or a port is taken
   */
  public synchronized EmbeddedArtemis start() {
    if (broker != null) {
      return this;
    }
    Configuration settings = ArtemisSettings.of(config);
    AtomicReference<Exception> failure = new AtomicReference<>();
    ServiceRegistry services = new ServiceRegistryImpl();
    services.addIncomingInterceptor(new QueueNameGuard());
    broker =
        new ActiveMQServerImpl(
            settings,
            null,
            new ArtemisSecurity(authoriser, settings.getWildcardConfiguration()),
            null,
            services);
    broker.registerBrokerPlugin(new PublishOrder(broker));
    broker.registerActivationFailureListener(failure::set);
    try {
      broker.start();
      // Artemis logs a failed start and returns.
      if (failure.get() != null) {
        throw failure.get();
      }
      if (!broker.isActive()) {
        throw new IllegalStateException("it is not active");
      }
      return this;
    } catch (Exception e) {
      close();
      throw new IllegalStateException(
          "The MQTT broker in " + config.dataDir() + " does not start: " + e.getMessage(), e);
    }
  }

  /** The address for clients, for example {@code tcp://127.0.0.1:1883}. */
  public String url() {
    return "tcp://" + config.host() + ":" + config.port();
  }

  /** Messages that wait in all queues. */
  public synchronized long pending() {
    return broker == null ? 0 : broker.getTotalMessageCount();
  }

  /** Ends the connections and closes the journal. */
  @Override
  public synchronized void close() {
    if (broker == null) {
      return;
    }
    ActiveMQServer stopping = broker;
    broker = null;
    try {
      stopping.stop();
    } catch (Exception e) {
      throw new IllegalStateException("The MQTT broker does not stop", e);
    }
  }
}
