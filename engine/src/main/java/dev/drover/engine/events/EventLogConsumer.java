package dev.drover.engine.events;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.util.TimeUtils;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live reader: one thread over all partitions, one exchange per event. It outlives restarts of
 * the broker, and notices when the topic was replaced.
 */
public final class EventLogConsumer extends DefaultConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(EventLogConsumer.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final long RETRY_MILLIS = 500;

  private final EventHub hub;
  private final Object pause = new Object();
  private ScheduledExecutorService checker;
  private Thread thread;
  private String outage = "";
  private volatile boolean running;
  private volatile boolean replaced;
  private volatile EventLogReader reader;

  EventLogConsumer(EventLogEndpoint endpoint, Processor processor, EventHub hub) {
    super(endpoint, processor);
    this.hub = hub;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    running = true;
    thread = new Thread(this::run, "event-log");
    thread.start();
    EventLogEndpoint endpoint = (EventLogEndpoint) getEndpoint();
    long millis = TimeUtils.toMilliSeconds(endpoint.getIdentityCheck());
    checker =
        getEndpoint()
            .getCamelContext()
            .getExecutorServiceManager()
            .newSingleThreadScheduledExecutor(this, "event-log-identity");
    checker.scheduleWithFixedDelay(this::checkIdentity, millis, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  protected void doStop() throws Exception {
    running = false;
    getEndpoint().getCamelContext().getExecutorServiceManager().shutdownNow(checker);
    EventLogReader open = reader;
    if (open != null) {
      open.wakeup();
    }
    synchronized (pause) {
      pause.notifyAll();
    }
    // the current event is finished first, so that no stream misses half of a fan-out
    thread.join(TimeUnit.SECONDS.toMillis(10));
    super.doStop();
  }

  private void run() {
    while (running) {
      try {
        hub.open(hub.log().state());
        outage = "";
        read();
      } catch (CursorExpiredException e) {
        restart(e);
      } catch (RuntimeException e) {
        unavailable(e);
      }
    }
  }

  private void unavailable(RuntimeException e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text = root.toString();
    if (!text.equals(outage)) {
      outage = text;
      LOG.warn("event log {} cannot be read now, trying on: {}", hub.log().name(), text);
    }
    pause();
  }

  private void read() {
    replaced = false;
    try (EventLogReader open = hub.log().open(hub.epoch(), hub.livePositions())) {
      reader = open;
      while (running && !replaced) {
        for (LogEvent event : open.poll(POLL)) {
          hub.dispatch(event, this::process);
        }
      }
    } finally {
      reader = null;
    }
  }

  private void restart(CursorExpiredException e) {
    LOG.warn("the live position left the log {}: {}", hub.log().name(), e.getMessage());
    try {
      hub.reopen(hub.log().state());
    } catch (RuntimeException unavailable) {
      unavailable(unavailable);
    }
  }

  private void checkIdentity() {
    try {
      if (hub.ready() && !hub.log().state().epoch().equals(hub.epoch())) {
        beginAgain();
      }
    } catch (LogUnavailableException e) {
      // a reader of a topic that is gone would spin; an outage it survives by itself
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        beginAgain();
      }
    } catch (RuntimeException e) {
      LOG.debug("cannot ask for the identity of {}", hub.log().name(), e);
    }
  }

  private void beginAgain() {
    replaced = true;
    EventLogReader open = reader;
    if (open != null) {
      open.wakeup();
    }
  }

  private void pause() {
    synchronized (pause) {
      try {
        if (running) {
          pause.wait(RETRY_MILLIS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        running = false;
      }
    }
  }

  private void process(LogEvent event, FanOut fanOut) throws Exception {
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOnly);
    exchange.setProperty(FanOut.PROPERTY, fanOut);
    Message message = exchange.getIn();
    message.setHeader(EventHeaders.EVENT_KEY, event.key());
    message.setHeader(EventHeaders.EVENT_ID, event.id().toString());
    message.setHeader(EventHeaders.EVENT_TYPE, event.type());
    message.setBody(event.data());
    try {
      createUoW(exchange);
      getProcessor().process(exchange);
      if (exchange.getException() != null) {
        throw exchange.getException();
      }
    } finally {
      doneUoW(exchange);
      releaseExchange(exchange, false);
    }
  }
}
