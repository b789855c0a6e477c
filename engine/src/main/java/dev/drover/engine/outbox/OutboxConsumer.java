package dev.drover.engine.outbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultMessage;

/** One thread that claims entries, runs the route with them, and forgets them only after that. */
final class OutboxConsumer extends DefaultConsumer {
  private final OutboxEndpoint endpoint;
  private final Semaphore ready = new Semaphore(0);
  private ExecutorService executor;

  OutboxConsumer(OutboxEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
    this.endpoint = endpoint;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
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
    executor.shutdownNow();
    executor.awaitTermination(10, TimeUnit.SECONDS);
    super.doStop();
  }

  private void run() {
    while (isRunAllowed() && !Thread.currentThread().isInterrupted()) {
      boolean more = false;
      try {
        more = !isSuspended() && relay();
      } catch (InterruptedException e) {
        // It stops; what was claimed comes again.
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        getExceptionHandler().handleException("outbox " + endpoint.getName(), e);
      }
      if (!more) {
        pause();
      }
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
      getProcessor().process(exchange);
      if (exchange.getException() != null) {
        throw exchange.getException();
      }
    } finally {
      releaseExchange(exchange, false);
    }
    endpoint.getSource().done(entries);
    return true;
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
