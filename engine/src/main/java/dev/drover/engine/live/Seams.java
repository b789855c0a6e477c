package dev.drover.engine.live;

import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.direct.DirectConsumer;
import org.apache.camel.component.direct.DirectEndpoint;

/**
 * Camel's {@code direct}, in which a route can take the place of another while callers call: its
 * consumer starts beside the old one and waits; all that wait take over in one step. Whoever is
 * with the old one by then ends there.
 *
 * <p>Outside of a {@link Handover} a second consumer of a name is an error, as it is with Camel.
 */
public final class Seams extends DirectComponent {
  private final Map<String, DirectConsumer> serving = new HashMap<>();
  private final Map<String, DirectConsumer> waiting = new HashMap<>();
  private boolean open;

  /** Consumers that start now wait beside those that serve; one at a time. */
  public final class Handover implements AutoCloseable {
    private final Map<String, DirectConsumer> before = new HashMap<>();

    private Handover() {}

    /** Lets all that wait take over. A caller that comes meanwhile waits for some microseconds. */
    public void commit() {
      synchronized (Seams.this) {
        waiting.forEach((name, next) -> before.put(name, serve(name, next)));
        waiting.clear();
      }
    }

    /** Lets those serve again that served before {@link #commit}. */
    public void rollback() {
      synchronized (Seams.this) {
        before.forEach(Seams.this::serve);
        before.clear();
      }
    }

    /** Ends the handover; who waits still is forgotten, so its route must be removed. */
    @Override
    public void close() {
      synchronized (Seams.this) {
        waiting.clear();
        open = false;
      }
    }
  }

  /**
   * Begins a handover.
   *
   * @throws IllegalStateException when one is under way
   */
  public synchronized Handover handover() {
    if (open) {
      throw new IllegalStateException("another handover is under way");
    }
    open = true;
    return new Handover();
  }

  private DirectConsumer serve(String name, DirectConsumer next) {
    DirectConsumer last = serving.put(name, next);
    super.removeConsumer(name, last);
    super.addConsumer(name, next);
    return last;
  }

  private synchronized boolean isOpen() {
    return open;
  }

  @Override
  public synchronized void addConsumer(String name, DirectConsumer consumer) {
    if (!open || !serving.containsKey(name)) {
      super.addConsumer(name, consumer);
      serving.put(name, consumer);
    } else if (waiting.putIfAbsent(name, consumer) != null) {
      throw new IllegalArgumentException("two routes begin at " + name);
    }
  }

  @Override
  public synchronized void removeConsumer(String name, DirectConsumer consumer) {
    super.removeConsumer(name, consumer);
    serving.remove(name, consumer);
    waiting.remove(name, consumer);
  }

  @Override
  protected Endpoint createEndpoint(String uri, String name, Map<String, Object> parameters)
      throws Exception {
    DirectEndpoint endpoint = new SeamEndpoint(uri);
    endpoint.setBlock(isBlock());
    endpoint.setTimeout(getTimeout());
    setProperties(endpoint, parameters);
    return endpoint;
  }

  /** Camel asks it before it starts a second consumer. */
  private final class SeamEndpoint extends DirectEndpoint implements MultipleConsumersSupport {
    private SeamEndpoint(String uri) {
      super(uri, Seams.this);
    }

    @Override
    public boolean isMultipleConsumersSupported() {
      return isOpen();
    }
  }
}
