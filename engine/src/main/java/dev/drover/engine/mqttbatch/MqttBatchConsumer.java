package dev.drover.engine.mqttbatch;

import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.guard.Demands;
import dev.drover.engine.guard.Promises;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultMessage;
import org.eclipse.paho.mqttv5.common.MqttException;

/**
 * One thread that takes batches, runs the route with each until it succeeds, and only then
 * acknowledges its messages, in order. Nothing is lost. The order is the broker's: the mall's own
 * one keeps it, others may bring late what they take back from a lost reader.
 */
public final class MqttBatchConsumer extends DefaultConsumer {
  /** Header of a message: the topic that it was sent to. */
  public static final String TOPIC = "DroverMqttTopic";

  /**
   * Header of a message, an {@code Instant}: when it was sent, if it says so in a user property
   * {@code sent-at} (RFC 3339) that is not later than its receipt; else when its broker received
   * it, if that tells; else now. A retained message of a broker that does not tell has none.
   */
  public static final String TIME = "DroverMqttTime";

  /** Header of a message: whether it was kept for those who subscribe later. */
  public static final String RETAINED = "DroverMqttRetained";

  private final MqttBatchEndpoint endpoint;
  private ExecutorService executor;
  private ContractNet net;

  MqttBatchConsumer(MqttBatchEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
    this.endpoint = endpoint;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    awaitEnd();
    net = ContractNet.find(endpoint.getCamelContext()).orElse(null);
    executor =
        endpoint
            .getCamelContext()
            .getExecutorServiceManager()
            .newSingleThreadExecutor(this, "mqtt-batch-" + endpoint.getTopic());
    executor.execute(this::run);
  }

  @Override
  protected void doStop() throws Exception {
    // Its connection takes a while to end: meanwhile the other readers can end theirs.
    executor.shutdownNow();
    super.doStop();
  }

  @Override
  protected void doShutdown() throws Exception {
    awaitEnd();
    super.doShutdown();
  }

  private void awaitEnd() throws InterruptedException {
    if (executor != null) {
      executor.awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private boolean running() {
    return isRunAllowed() && !Thread.currentThread().isInterrupted();
  }

  private void run() {
    while (running()) {
      try (MqttSession session = MqttSession.open(endpoint)) {
        endpoint.getComponent().subscribed(endpoint.getTopic());
        while (running() && session.alive()) {
          work(session);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (MqttException | RuntimeException e) {
        getExceptionHandler().handleException("mqtt-batch " + endpoint.getTopic(), e);
        pause();
      }
    }
  }

  private void work(MqttSession session) throws InterruptedException, MqttException {
    if (isSuspended()) {
      TimeUnit.MILLISECONDS.sleep(100);
      return;
    }
    List<MqttSession.Arrived> batch = session.take(endpoint.getBatchSize(), endpoint.getLinger());
    if (batch.isEmpty()) {
      return;
    }
    // On a lost connection the broker sends the batch again, to the next session.
    while (running() && session.alive()) {
      if (process(batch)) {
        session.acknowledge(batch);
        return;
      }
      pause();
    }
  }

  /** Runs the route; true when it ended well. */
  private boolean process(List<MqttSession.Arrived> batch) {
    Exchange exchange = createExchange(true);
    try {
      List<Message> messages = messages(batch);
      exchange.getIn().setBody(messages);
      List<Promises> promises = begin(exchange, messages);
      getProcessor().process(exchange);
      if (exchange.getException() != null) {
        throw exchange.getException();
      }
      promises.forEach(each -> net.requireKept(exchange, each));
      return true;
    } catch (Exception e) {
      getExceptionHandler().handleException("mqtt-batch " + endpoint.getTopic(), e);
      return false;
    } finally {
      releaseExchange(exchange, false);
    }
  }

  /**
   * What must be kept before the broker hears that it need not bring these again: of each message
   * what the contract says of its topic, else of the batch that a store has it.
   */
  private List<Promises> begin(Exchange exchange, List<Message> messages) {
    if (net == null) {
      return List.of();
    }
    Optional<Demands> each = net.doors().topic(endpoint.getTopic());
    if (each.isEmpty()) {
      return List.of(net.begin(exchange, Demands.durable(getRoute().getRouteId()), null));
    }
    List<Promises> all = new ArrayList<>(messages.size());
    for (Message message : messages) {
      Promises promises = Promises.ofMessage(each.get());
      message.setHeader(Promises.MESSAGE, promises);
      all.add(promises);
    }
    return all;
  }

  private List<Message> messages(List<MqttSession.Arrived> batch) {
    List<Message> messages = new ArrayList<>(batch.size());
    for (MqttSession.Arrived arrived : batch) {
      Message message = new DefaultMessage(endpoint.getCamelContext());
      message.setHeader(TOPIC, arrived.topic());
      message.setHeader(RETAINED, arrived.message().isRetained());
      MessageTime.of(arrived.message(), Instant.now())
          .ifPresent(time -> message.setHeader(TIME, time));
      message.setBody(arrived.message().getPayload());
      messages.add(message);
    }
    return messages;
  }

  private void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(endpoint.getRetryPause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
