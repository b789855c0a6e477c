package dev.drover.engine.backbone;

import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.engine.limit.ByteBudget;
import dev.drover.engine.limit.DiskFull;
import dev.drover.engine.time.BackOff;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.security.auth.Subject;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.ServiceRegistry;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.server.impl.ServiceRegistryImpl;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.spi.core.security.jaas.UserPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mall's MQTT 5 and 3.1.1 broker inside this process; it answers a QoS 1 message only after its
 * journal is synced to disk.
 */
public final class EmbeddedArtemis implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedArtemis.class);

  /**
   * The MQTT 5 user property by which the broker tells when it received a message of a client, as
   * RFC 3339 text; also with a message that it kept or that came late.
   */
  public static final String RECEIVED_AT = "received-at";

  private static final List<Duration> WAITS =
      List.of(
          Duration.ofMillis(500),
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10));
  private static final String JOURNAL = "mqtt-journal";
  private static final String UNREADABLE =
      "its files cannot be read; move the directory away: a mall fills the queue from mall.db,"
          + " retained messages are lost";

  private static final String ROOM = "mqtt-room";

  private final ArtemisConfig config;
  private final MqttAuthoriser authoriser;
  private final ByteBudget budget;
  private final Conditions conditions;
  private final BackOff waits = new BackOff(WAITS, 0, () -> 0);
  private final ScheduledExecutorService mender =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "mqtt-mender");
            thread.setDaemon(true);
            return thread;
          });
  private ActiveMQServer broker;
  private MqttDoor door;
  private OversizeDrop oversize;

  /** A broker with a budget of bytes of its own, that is not started yet. */
  public EmbeddedArtemis(ArtemisConfig config, MqttAuthoriser authoriser) {
    this(config, authoriser, ByteBudget.ofHeap());
  }

  /**
   * A broker that is not started yet.
   *
   * @param budget what the packets under way in this process are taken from
   */
  public EmbeddedArtemis(ArtemisConfig config, MqttAuthoriser authoriser, ByteBudget budget) {
    this(config, authoriser, budget, new Conditions(Clock.systemUTC()));
  }

  /**
   * A broker that is not started yet.
   *
   * @param budget what the packets under way in this process are taken from
   * @param conditions told under {@code disk_space} and {@code uplink} when it can store nothing
   */
  public EmbeddedArtemis(
      ArtemisConfig config, MqttAuthoriser authoriser, ByteBudget budget, Conditions conditions) {
    this.conditions = conditions;
    this.config = config;
    this.authoriser = authoriser;
    this.budget = budget;
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
    try {
      open(settings);
    } catch (IllegalStateException e) {
      if (!mended(settings, e)) {
        throw e;
      }
      open(ArtemisSettings.of(config));
    }
    return this;
  }

  private boolean mended(Configuration settings, IllegalStateException why) {
    try {
      return ArtemisJournal.mend(settings);
    } catch (IllegalStateException e) {
      why.addSuppressed(e);
      throw new IllegalStateException(
          "The MQTT broker in " + config.dataDir() + " does not start: " + e.getMessage(), why);
    }
  }

  private void open(Configuration settings) {
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
    oversize = new OversizeDrop(broker);
    broker.registerBrokerPlugin(oversize);
    broker.registerActivationFailureListener(failure::set);
    ActiveMQServer started = broker;
    broker.registerIOCriticalErrorListener((cause, message, file) -> broke(started, cause));
    try {
      broker.start();
      // Artemis logs a failed start and returns.
      if (failure.get() != null) {
        throw failure.get();
      }
      if (!broker.isActive()) {
        throw new IllegalStateException("it is not active");
      }
      door =
          new MqttDoor(
              (NettyAcceptor) broker.getRemotingService().getAcceptor(ArtemisSettings.PLAIN),
              config.limits(),
              budget);
      door.listen(config);
      ((ActiveMQServerImpl) broker)
          .getMonitor()
          .addCallback((usable, total, room, type) -> room(room, usable));
    } catch (Exception e) {
      stop();
      throw new IllegalStateException(
          "The MQTT broker in "
              + config.dataDir()
              + " does not start: "
              + Objects.requireNonNullElse(e.getMessage(), UNREADABLE),
          e);
    }
  }

  /** Artemis takes nothing from a publisher while there is no room, and lets it wait. */
  private void room(boolean there, long usable) {
    if (there) {
      conditions.well(ROOM);
      return;
    }
    conditions.fails(
        ROOM,
        "disk_space",
        Severity.UNHEALTHY,
        "the MQTT broker takes nothing: the disk of "
            + config.dataDir()
            + " has "
            + usable / 1024
            + " KiB left",
        "make room on it; the broker goes on by itself");
  }

  /**
   * A journal that failed once stops its server for good: another one is made on the same files.
   */
  private synchronized void broke(ActiveMQServer which, Throwable why) {
    if (which != broker || mender.isShutdown()) {
      return;
    }
    boolean full = DiskFull.is(why);
    conditions.fails(
        JOURNAL,
        full ? "disk_space" : "uplink",
        Severity.UNHEALTHY,
        "the MQTT broker in " + config.dataDir() + " stopped: " + why.getMessage(),
        full
            ? "make room on its disk; it is started again by itself"
            : "it is started again by itself; look at its disk");
    mender.schedule(this::mend, waits.next().toMillis(), TimeUnit.MILLISECONDS);
  }

  private synchronized void mend() {
    try {
      stop();
      start();
      waits.reset();
      conditions.well(JOURNAL);
    } catch (RuntimeException e) {
      LOG.debug("the MQTT broker does not start again", e);
      if (!mender.isShutdown()) {
        mender.schedule(this::mend, waits.next().toMillis(), TimeUnit.MILLISECONDS);
      }
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

  /** Stored messages that were larger than their readers take, and so are gone. */
  public synchronized long dropped() {
    return oversize == null ? 0 : oversize.dropped();
  }

  /** Connections, packets and messages that were refused since the start. */
  public synchronized long refused() {
    return door == null ? 0 : door.refused();
  }

  /**
   * Closes the open connections of a user; its session and what waits for it stay.
   *
   * @return how many there were
   */
  public synchronized int disconnect(String user) {
    if (broker == null) {
      return 0;
    }
    List<RemotingConnection> open =
        broker.getRemotingService().getConnections().stream()
            .filter(connection -> isOf(connection, user))
            .toList();
    for (RemotingConnection connection : open) {
      connection.fail(new ActiveMQException("this user was shut out"));
      connection.getTransportConnection().close();
    }
    return open.size();
  }

  private static boolean isOf(RemotingConnection connection, String user) {
    Subject subject = connection.getSubject();
    return subject != null
        && subject.getPrincipals(UserPrincipal.class).stream()
            .anyMatch(principal -> principal.getName().equals(user));
  }

  /** Ends the connections and closes the journal. */
  @Override
  public void close() {
    mender.shutdownNow();
    stop();
  }

  private synchronized void stop() {
    if (broker == null) {
      return;
    }
    ActiveMQServer stopping = broker;
    broker = null;
    if (door != null) {
      door.stopListening();
    }
    try {
      stopping.stop();
    } catch (Exception e) {
      throw new IllegalStateException("The MQTT broker does not stop", e);
    } finally {
      if (door != null) {
        door.close();
      }
    }
  }
}
