package dev.drover.engine.outbox;

import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.guard.Demands;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.engine.time.BackOff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that claims entries, runs the route with them, and forgets them only after that. */
final class OutboxConsumer extends DefaultConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxConsumer.class);

  /** After a failure; what is waited for may be away for long. */
  private static final List<Duration> WAITS =
      List.of(
          Duration.ofMillis(100),
          Duration.ofMillis(200),
          Duration.ofMillis(400),
          Duration.ofMillis(800),
          Duration.ofMillis(1_600),
          Duration.ofMillis(3_200),
          Duration.ofSeconds(5));

  private final OutboxEndpoint endpoint;
  private final Semaphore ready = new Semaphore(0);
  private final BackOff waits =
      new BackOff(WAITS, 0.1, () -> ThreadLocalRandom.current().nextDouble());
  private CountDownLatch stopped = new CountDownLatch(1);
  private Conditions conditions;
  private ContractNet net;
  private String outage = "";
  private ExecutorService executor;

  OutboxConsumer(OutboxEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
    this.endpoint = endpoint;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    stopped = new CountDownLatch(1);
    conditions =
        endpoint.getCheck() == null
            ? null
            : CamelContextHelper.findSingleByType(endpoint.getCamelContext(), Conditions.class);
    net = ContractNet.find(endpoint.getCamelContext()).orElse(null);
    executor =
        endpoint
            .getCamelContext()
            .getExecutorServiceManager()
            .newSingleThreadExecutor(this, "outbox-" + endpoint.getName());
    endpoint.getSource().onReady(ready::release);
    executor.execute(this::run);
  }

  @Override
  protected void doStop() throws Exception {
    endpoint.getSource().onReady(() -> {});
    stopped.countDown();
    executor.shutdownNow();
    executor.awaitTermination(10, TimeUnit.SECONDS);
    super.doStop();
  }

  private void run() {
    while (isRunAllowed() && !Thread.currentThread().isInterrupted()) {
      boolean more = false;
      try {
        more = !isSuspended() && relay();
        outage = "";
        waits.reset();
      } catch (InterruptedException e) {
        // It stops; what was claimed comes again.
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        failed(e);
        continue;
      }
      if (!more) {
        pause();
      }
    }
  }

  /** Says so once, however often it is tried, and waits: for longer each time. */
  private void failed(Exception e) {
    if (!String.valueOf(e.getMessage()).equals(outage)) {
      outage = String.valueOf(e.getMessage());
      LOG.warn("outbox {}: {}; tried again with growing waits", endpoint.getName(), outage);
      LOG.debug("outbox {}", endpoint.getName(), e);
    }
    try {
      stopped.await(waits.next().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  /** Relays one batch; true when it went well and there may be more. */
  private boolean relay() throws Exception {
    List<OutboxSource.Entry> entries = endpoint.getSource().claim(endpoint.getBatchSize());
    if (entries.isEmpty()) {
      return false;
    }
    Exchange exchange = createExchange(true);
    try {
      exchange.getIn().setBody(messages(entries));
      Promises promises =
          net == null || !endpoint.getSource().durable()
              ? null
              : net.begin(exchange, Demands.durable(getRoute().getRouteId()), null);
      getProcessor().process(exchange);
      if (exchange.getException() != null) {
        stands(exchange.getException());
        throw exchange.getException();
      }
      if (promises != null) {
        net.requireKept(exchange, promises);
      }
      if (conditions != null) {
        conditions.well(part());
      }
    } finally {
      releaseExchange(exchange, false);
    }
    endpoint.getSource().done(entries);
    return true;
  }

  private String part() {
    return "relay-" + endpoint.getName();
  }

  private void stands(Exception why) {
    if (conditions != null) {
      Throwable cause = why;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      conditions.fails(
          part(),
          endpoint.getCheck(),
          Severity.DEGRADED,
          "the relay " + endpoint.getName() + " stands: " + cause.getMessage(),
          "it is tried again by itself, at most 5 s later; what waits is kept");
    }
  }

  private List<Message> messages(List<OutboxSource.Entry> entries) {
    List<Message> messages = new ArrayList<>(entries.size());
    for (OutboxSource.Entry entry : entries) {
      Message message = new DefaultMessage(endpoint.getCamelContext());
      message.setHeaders(new HashMap<>(entry.headers()));
      message.setBody(entry.body());
      messages.add(message);
    }
    return messages;
  }

  private void pause() {
    try {
      if (ready.tryAcquire(endpoint.getPeriod(), TimeUnit.MILLISECONDS)) {
        ready.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
