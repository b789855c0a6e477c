package dev.drover.flows.harness;

import java.util.Map;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/**
 * Stands in for a component that leaves the process: takes any options, records what is sent, and
 * consumes only what a test gives it.
 */
final class RecordingComponent extends DefaultComponent {
  private final String scheme;
  private final Recorder recorder;

  RecordingComponent(String scheme, Recorder recorder) {
    this.scheme = scheme;
    this.recorder = recorder;
  }

  /** Takes the options unread: the gate checks them. */
  @Override
  public Endpoint createEndpoint(String uri, Map<String, Object> properties) {
    String path = uri.replaceFirst("\\?.*", "").replaceFirst("^[^:]+:(//)?", "");
    String name = scheme + (scheme.startsWith("http") ? "://" : ":") + path;
    return new Recorded(uri, this, name, recorder);
  }

  @Override
  public Endpoint createEndpoint(String uri) {
    return createEndpoint(uri, Map.of());
  }

  @Override
  protected Endpoint createEndpoint(String uri, String rest, Map<String, Object> parameters) {
    return createEndpoint(uri, parameters);
  }

  private static final class Recorded extends DefaultEndpoint {
    private final String name;
    private final Recorder recorder;

    Recorded(String uri, Component component, String name, Recorder recorder) {
      super(uri, component);
      this.name = name;
      this.recorder = recorder;
    }

    @Override
    public Producer createProducer() {
      return new DefaultProducer(this) {
        @Override
        public void process(Exchange exchange) throws Exception {
          recorder.call(name, name, exchange);
        }
      };
    }

    @Override
    public Consumer createConsumer(Processor processor) {
      return new DefaultConsumer(this, processor);
    }

    @Override
    public boolean isLenientProperties() {
      return true;
    }
  }
}
