package dev.drover.flows.anywhere;

import java.util.List;
import java.util.Map;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/** The component {@code kafka}, without a broker: it notes what is published. */
public final class EventLogStandIn extends DefaultComponent {
  private final Notebook notes;

  EventLogStandIn(Notebook notes) {
    this.notes = notes;
  }

  @Override
  protected Endpoint createEndpoint(String uri, String topic, Map<String, Object> parameters) {
    parameters.clear();
    return new DefaultEndpoint(uri, this) {
      @Override
      public Producer createProducer() {
        return new DefaultProducer(this) {
          @Override
          public void process(Exchange exchange) {
            publish(topic, exchange.getMessage().getBody(List.class));
          }
        };
      }

      @Override
      public Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException("nothing is read here");
      }
    };
  }

  private void publish(String topic, List<?> messages) {
    for (Object message : messages) {
      notes.note("to " + topic + ": " + ((Message) message).getBody(String.class));
    }
  }
}
