package dev.drover.e2e.model;

import dev.drover.e2e.harness.JavaProcess;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.http.ErrorRenderer;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.outbox.OutboxSource;
import dev.drover.engine.schema.Schemas;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.beacon.BeaconStore;
import dev.drover.orchestrator.beacon.ShutOutBeacons;
import dev.drover.orchestrator.cache.CachedItem;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.AnswerLimits;
import dev.drover.orchestrator.central.CentralBreaker;
import dev.drover.orchestrator.central.CentralCalls;
import dev.drover.orchestrator.central.CentralClock;
import dev.drover.orchestrator.central.CentralContact;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.central.CentralOutcomes;
import dev.drover.orchestrator.central.CentralReads;
import dev.drover.orchestrator.central.CentralToken;
import dev.drover.orchestrator.event.DataUpdate;
import dev.drover.orchestrator.event.EventCheck;
import dev.drover.orchestrator.event.EventSteps;
import dev.drover.orchestrator.store.AckQueue;
import dev.drover.orchestrator.store.MallEvent;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.store.Untold;
import dev.drover.orchestrator.sync.Agreement;
import dev.drover.orchestrator.sync.DeltaBudget;
import dev.drover.orchestrator.sync.SyncMetrics;
import dev.drover.orchestrator.sync.SyncPlan;
import dev.drover.orchestrator.sync.delta.AffectedBeacons;
import dev.drover.orchestrator.sync.delta.DeltaSync;
import dev.drover.orchestrator.sync.delta.DeviceNotices;
import dev.drover.orchestrator.sync.full.FullSync;
import dev.drover.orchestrator.sync.verify.BucketRepair;
import dev.drover.orchestrator.sync.verify.VerifySync;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultClassResolver;
import org.apache.camel.spi.ClassResolver;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultMessage;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ProcessorEndpoint;
import org.apache.camel.util.FileUtil;

/**
 * A mall from its real routes and stores, without the process around them: the clock is the test's,
 * the flows run when the test says, and the line and the broker are the test's too.
 */
final class ModelMall implements AutoCloseable {
  private static final List<String> ROUTES =
      List.of(
          "shared/00-errors",
          "orchestrator/08-central-away",
          "orchestrator/03-event-handlers",
          "orchestrator/08-central-reads",
          "orchestrator/08-sync-plan",
          "orchestrator/09-sync-full",
          "orchestrator/10-sync-delta",
          "orchestrator/11-sync-verify");

  /** Answers the mall's requests, or is the moment at which it dies. */
  interface Remote {
    void call(Exchange exchange, String target) throws Exception;
  }

  private final Path directory;
  private final String entity;
  private final Remote central;
  private final Remote broker;
  private final int page;
  private Instant now = Instant.now();
  private final Clock clock =
      new Clock() {
        @Override
        public java.time.ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now;
        }
      };

  private final Ticker ticker = Ticker.of(() -> Duration.between(Instant.EPOCH, now).toNanos());

  private DefaultCamelContext camel;
  private MallStore store;
  private EntityCache cache;
  private AckQueue acks;
  private Untold untold;
  private SyncPlan plan;
  private Processor planRoute;

  ModelMall(Path directory, String entity, int page, Remote central, Remote broker) {
    this.directory = directory;
    this.entity = entity;
    this.page = page;
    this.central = central;
    this.broker = broker;
  }

  /** Starts from what is on disk. */
  void start() throws Exception {
    Sealer sealer = new Sealer(new byte[32]);
    store = new MallStore(directory.resolve("mall.db"), sealer, clock);
    cache = new EntityCache(directory.resolve("cache.db"), entity, sealer, clock);
    acks = new AckQueue(store.database(), () -> true, clock);
    untold = new Untold(store);
    DeltaBudget budget = new DeltaBudget(10, Duration.ofMillis(200), ticker);
    plan =
        new SyncPlan(
            cache,
            store,
            acks,
            untold,
            budget,
            () -> true,
            new SyncPlan.Settings(Duration.ofMinutes(15), List.of(Duration.ofSeconds(5))),
            ticker);
    SyncMetrics metrics = new SyncMetrics(new SimpleMeterRegistry());
    AffectedBeacons affected = new AffectedBeacons(cache);
    Conditions conditions = new Conditions(clock);
    Agreement agreement = new Agreement(conditions);
    CentralClock centralClock = new CentralClock(clock, ticker, conditions);
    CentralLink link = new CentralLink(store, Duration.ofDays(1), centralClock);
    link.accept(
        new CentralToken("token", now.plus(Duration.ofDays(9)).getEpochSecond(), "orch"), Map.of());

    camel = new QuickContext();
    camel.disableJMX();
    // The names of the real components would be taken for them.
    camel.setAutowiredEnabled(false);
    camel.getShutdownStrategy().setTimeout(1);
    Registry registry = camel.getRegistry();
    registry.bind("errorRenderer", new ErrorRenderer(clock));
    registry.bind("protocolLog", new ProtocolLog());
    CentralOutcomes outcomes =
        new CentralOutcomes(
            conditions,
            ticker,
            List.of(Duration.ofSeconds(5)),
            List.of(Duration.ofSeconds(5)),
            () -> 0.5);
    Schemas schemas = new Schemas(JavaProcess.HOME.resolve("proto/schemas"));
    AnswerLimits limits =
        new AnswerLimits(
            1 << 20,
            4 << 20,
            2 << 20,
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMinutes(10));
    registry.bind("centralOutcomes", outcomes);
    registry.bind("eventCheck", new EventCheck(schemas, entity));
    registry.bind(
        "centralCalls",
        new CentralCalls(link, outcomes, schemas, entity, limits, centralClock, clock));
    registry.bind(
        "centralBreaker", CentralBreaker.of(5, Duration.ofSeconds(10), ticker, conditions));
    // What fails is the plan's to repeat: the test's clock does not run by itself.
    registry.bind("centralReads", new CentralReads(List.of()));
    registry.bind(
        "eventSteps",
        new EventSteps(
            store, acks, new CentralContact(store, Duration.ofHours(24), clock, ticker)));
    BeaconStore beacons = new BeaconStore(store.database(), sealer, clock);
    registry.bind("beaconRevocations", new ShutOutBeacons(store.database(), beacons, clock));
    registry.bind("dataUpdate", new DataUpdate(cache, acks));
    registry.bind("syncPlan", plan);
    registry.bind(
        "fullSync",
        new FullSync(
            cache, store, untold, affected, plan, agreement, metrics, entity, page, 2 << 20));
    registry.bind(
        "deltaSync",
        new DeltaSync(
            cache,
            acks,
            untold,
            affected,
            budget,
            plan,
            metrics,
            entity,
            page > 0 ? page : 5000,
            2 << 20));
    registry.bind("verifySync", new VerifySync(cache, plan, agreement, metrics, entity, clock));
    registry.bind("bucketRepair", new BucketRepair(cache, untold, affected, plan, metrics, entity));
    registry.bind("deviceNotices", new DeviceNotices(untold, affected, cache, entity));
    camel.addComponent("outbox", new PlanComponent());
    camel.addComponent("http", new RemoteComponent(central));
    camel.addComponent("paho-mqtt5", new RemoteComponent(broker));
    Properties settings = new Properties();
    settings.put("drover.central.url", "http:central");
    settings.put("drover.central.connect-timeout", "1");
    settings.put("drover.central.response-timeout", "1");
    settings.put("drover.sync.plan-period", "1");
    settings.put("drover.events.retry-delay", "0");
    camel.getPropertiesComponent().setInitialProperties(settings);
    for (String route : ROUTES) {
      PluginHelper.getRoutesLoader(camel)
          .loadRoutes(
              PluginHelper.getResourceLoader(camel)
                  .resolveResource(
                      "file:" + JavaProcess.HOME.resolve("routes/" + route + ".camel.yaml")));
    }
    camel.start();
  }

  /** kill -9: whatever was not on disk is gone. */
  void kill() {
    camel.stop();
    cache.close();
    store.close();
  }

  @Override
  public void close() {
    kill();
    FileUtil.removeDir(directory.toFile());
  }

  /** An event arrives on the stream. */
  void event(String id, String type, String data) {
    Exchange exchange = new DefaultExchange(camel);
    exchange.setProperty(EventSteps.EVENT, MallEvent.of(id, type, data));
    exchange.getMessage().setHeader("DroverEventId", id);
    exchange.getMessage().setHeader("DroverEventType", type);
    exchange.getMessage().setBody(data);
    camel.createProducerTemplate().send("direct:dispatch-event", exchange);
  }

  /** Does what is needed most; false when nothing is. */
  boolean run() throws Exception {
    List<OutboxSource.Entry> work = plan.claim(1);
    if (work.isEmpty()) {
      return false;
    }
    Exchange exchange = new DefaultExchange(camel);
    Message message = new DefaultMessage(camel);
    message.setHeaders(new HashMap<>(work.get(0).headers()));
    message.setBody(work.get(0).body());
    exchange.getMessage().setBody(List.of(message));
    planRoute.process(exchange);
    return true;
  }

  void advance(Duration time) {
    now = now.plus(time);
  }

  void wantVerify() {
    plan.wantVerify();
  }

  EntityCache cache() {
    return cache;
  }

  long owed() {
    return acks.owed();
  }

  boolean untold() {
    return untold.any();
  }

  /** Everything the cache has. */
  Map<String, TreeMap<String, String>> contents() {
    Map<String, TreeMap<String, String>> contents = new TreeMap<>();
    for (String collection : Checksums.COLLECTIONS) {
      TreeMap<String, String> items = new TreeMap<>();
      for (CachedItem item : cache.list(collection, "", 1000)) {
        items.put(item.id(), item.json());
      }
      contents.put(collection, items);
    }
    return contents;
  }

  /** The source of the plan's route: keeps its first step, which the test runs. */
  private final class PlanComponent extends DefaultComponent {
    @Override
    protected org.apache.camel.Endpoint createEndpoint(
        String uri, String remaining, Map<String, Object> parameters) {
      parameters.clear();
      return new DefaultEndpoint(uri, this) {
        @Override
        public org.apache.camel.Producer createProducer() {
          throw new UnsupportedOperationException();
        }

        @Override
        public org.apache.camel.Consumer createConsumer(Processor processor) {
          planRoute = processor;
          return new DefaultConsumer(this, processor);
        }
      };
    }
  }

  /**
   * A context that looks for Camel's hundreds of small files in all jars once, not at each start.
   */
  private static final class QuickContext extends DefaultCamelContext {
    private static final Map<String, Optional<byte[]>> FOUND = new ConcurrentHashMap<>();

    @Override
    protected ClassResolver createClassResolver() {
      return new DefaultClassResolver(this) {
        @Override
        public InputStream loadResourceAsStream(String uri) {
          return FOUND.computeIfAbsent(uri, this::find).map(ByteArrayInputStream::new).orElse(null);
        }

        private Optional<byte[]> find(String uri) {
          try (InputStream in = super.loadResourceAsStream(uri)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };
    }
  }

  private static final class RemoteComponent extends DefaultComponent {
    private final Remote remote;

    RemoteComponent(Remote remote) {
      this.remote = remote;
    }

    @Override
    protected org.apache.camel.Endpoint createEndpoint(
        String uri, String remaining, Map<String, Object> parameters) {
      parameters.clear();
      int path = remaining.indexOf('/');
      String fixed = path < 0 ? "" : remaining.substring(path);
      return new ProcessorEndpoint(
          uri,
          this,
          exchange -> {
            // As the routes ask of the real component.
            exchange.getExchangeExtension().setStreamCacheDisabled(true);
            remote.call(
                exchange, exchange.getMessage().getHeader(Exchange.HTTP_PATH, fixed, String.class));
          });
    }
  }
}
