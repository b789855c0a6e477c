package dev.drover.engine.sse;

import dev.drover.engine.events.EventHeaders;
import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.guard.Demands;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.stream.Durations;
import dev.drover.engine.time.BackOff;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to the event stream of a server: one exchange per event, in order, one at a time. It
 * comes back after any end of the stream with the cursor that its owner has stored by then, so an
 * event whose exchange failed is sent again.
 */
public final class SseClientConsumer extends DefaultConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(SseClientConsumer.class);

  private static final int LOGGED = 300;

  private static final class NoConnection implements SseConnection {
    @Override
    public Map<String, String> headers() {
      return Map.of();
    }

    @Override
    public Optional<String> lastEventId() {
      return Optional.empty();
    }
  }

  private final SseConfiguration configuration;
  private final SseConnection owner;
  private final BackOff backOff;
  private final Duration healthyAfter;
  private Vertx vertx;
  private boolean ownVertx;
  private HttpClient client;
  private ExecutorService worker;
  private volatile SseSession session;
  private volatile boolean running;
  private volatile long timer = -1;

  /** A client of the endpoint's URL. */
  public SseClientConsumer(SseEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
    this.configuration = endpoint.getConfiguration();
    SseConnection given = configuration.getConnection();
    this.owner = given != null ? given : new NoConnection();
    this.healthyAfter = Durations.parse(configuration.getHealthyAfter());
    this.backOff =
        new BackOff(
            Durations.parseList(configuration.getBackoff()),
            configuration.getJitter(),
            () -> ThreadLocalRandom.current().nextDouble());
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    vertx = CamelContextHelper.findSingleByType(getEndpoint().getCamelContext(), Vertx.class);
    ownVertx = vertx == null;
    if (ownVertx) {
      vertx = Vertx.vertx();
    }
    client = vertx.createHttpClient(options());
    worker =
        getEndpoint()
            .getCamelContext()
            .getExecutorServiceManager()
            .newSingleThreadExecutor(this, "sse-client");
    running = true;
    worker.execute(this::connect);
  }

  @Override
  protected void doStop() throws Exception {
    running = false;
    if (timer >= 0) {
      vertx.cancelTimer(timer);
    }
    SseSession open = session;
    if (open != null) {
      open.cut("the route stops");
    }
    getEndpoint().getCamelContext().getExecutorServiceManager().shutdownGraceful(worker);
    client.close();
    if (ownVertx) {
      vertx.close();
    }
    super.doStop();
  }

  private HttpClientOptions options() {
    HttpClientOptions options =
        new HttpClientOptions()
            .setConnectTimeout((int) Durations.parse(configuration.getConnectTimeout()).toMillis())
            .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
            .setKeepAlive(false);
    if (configuration.getTrustStore() != null) {
      options.setTrustOptions(new PemTrustOptions().addCertPath(configuration.getTrustStore()));
    }
    return options;
  }

  /** On the worker: opens the next connection with what the owner says now. */
  private void connect() {
    if (!running) {
      return;
    }
    SseSession next = new SseSession(this, vertx, configuration);
    session = next;
    try {
      next.open(client, owner.headers(), owner.lastEventId());
    } catch (RuntimeException e) {
      next.cut("cannot prepare a connection: " + e);
    }
  }

  /** Queues work behind the events that are being handled. */
  void work(Runnable task) {
    try {
      worker.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("the client has stopped", e);
    }
  }

  void opened() {
    LOG.info("event stream of {} is open", configuration.getTarget());
    work(owner::connected);
  }

  void refused(int status, String body) {
    LOG.warn(
        "{} refused the event stream: {} {}",
        configuration.getTarget(),
        status,
        body.length() > LOGGED ? body.substring(0, LOGGED) : body);
    work(() -> owner.refused(status, body));
  }

  /** The session is over: come back after a wait. */
  void ended(String reason, Duration lived, Duration serverRetry, Duration pause) {
    if (!running) {
      return;
    }
    work(
        () -> {
          if (lived.compareTo(healthyAfter) >= 0) {
            backOff.reset();
          }
          Duration wait = backOff.next();
          if (configuration.isServerRetry() && serverRetry.compareTo(wait) > 0) {
            wait = serverRetry;
          }
          if (pause.compareTo(wait) > 0) {
            wait = pause;
          }
          LOG.warn(
              "event stream of {} ended ({}), again in {}",
              configuration.getTarget(),
              reason,
              wait);
          owner.disconnected(reason);
          timer = vertx.setTimer(Math.max(1, wait.toMillis()), id -> work(this::connect));
        });
  }

  /**
   * On the worker: hands one event to the route.
   *
   * @return whether the route took it
   */
  boolean process(SseEvent event) {
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOnly);
    if (!event.id().isEmpty()) {
      exchange.getIn().setHeader(EventHeaders.EVENT_ID, event.id());
    }
    exchange.getIn().setHeader(EventHeaders.EVENT_TYPE, event.type());
    exchange.getIn().setBody(event.data());
    try {
      ContractNet net = ContractNet.of(getEndpoint().getCamelContext());
      String name = "event " + event.type();
      Promises promises =
          net.begin(
              exchange,
              owner.durable(event.type()) ? Demands.durable(name) : Demands.none(name),
              null);
      createUoW(exchange);
      getProcessor().process(exchange);
      if (exchange.getException() == null) {
        net.requireKept(exchange, promises);
      }
    } catch (Exception e) {
      exchange.setException(e);
    }
    Exception failure = exchange.getException();
    if (failure != null) {
      getExceptionHandler()
          .handleException("event " + event.id() + " was not handled", exchange, failure);
    }
    doneUoW(exchange);
    releaseExchange(exchange, false);
    return failure == null;
  }
}
