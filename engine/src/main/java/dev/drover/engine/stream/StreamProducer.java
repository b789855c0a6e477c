package dev.drover.engine.stream;

import dev.drover.engine.events.EventHeaders;
import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.EventId;
import dev.drover.engine.events.FanOut;
import dev.drover.engine.events.LogEvent;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;

/** Queues the exchange's event for the open streams of one kind. */
public final class StreamProducer extends DefaultProducer {
  private final EventHub hub;
  private final String transport;
  private final StreamOperation operation;

  /**
   * A producer for one kind of streams.
   *
   * @param transport {@code sse} or {@code ws}
   */
  public StreamProducer(
      org.apache.camel.Endpoint endpoint,
      EventHub hub,
      String transport,
      StreamOperation operation) {
    super(endpoint);
    this.hub = hub;
    this.transport = transport;
    this.operation = operation;
  }

  @Override
  public void process(Exchange exchange) throws Exception {
    Message message = exchange.getMessage();
    boolean all = message.getHeader(StreamHeaders.EVENT_BROADCAST, false, Boolean.class);
    if (operation == StreamOperation.ping) {
      if (hub.ready()) {
        hub.ping(transport);
      }
    } else if (operation == StreamOperation.broadcast || all) {
      hub.broadcast(transport, type(message), message.getMandatoryBody(byte[].class));
    } else {
      FanOut fanOut = exchange.getProperty(FanOut.PROPERTY, FanOut.class);
      if (fanOut == null) {
        hub.deliver(transport, event(message));
      } else {
        fanOut.add(transport, event(message));
      }
    }
  }

  private LogEvent event(Message message) throws InvalidPayloadException {
    String id = message.getHeader(EventHeaders.EVENT_ID, String.class);
    EventId parsed =
        id == null
            ? null
            : EventId.parse(id)
                .orElseThrow(() -> new IllegalArgumentException("not an event id: " + id));
    String key = message.getHeader(EventHeaders.EVENT_KEY, String.class);
    if (key == null) {
      throw new IllegalArgumentException(
          "no " + EventHeaders.EVENT_KEY + " header: whose event is it?");
    }
    return new LogEvent(parsed, key, type(message), message.getMandatoryBody(byte[].class));
  }

  private static String type(Message message) {
    return message.getHeader(EventHeaders.EVENT_TYPE, "message", String.class);
  }
}
