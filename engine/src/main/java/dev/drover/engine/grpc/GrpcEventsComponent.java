package dev.drover.engine.grpc;

import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/** Event streams over gRPC: the sibling of the sse and ws components on the same hub. */
@Component("grpc-events")
public final class GrpcEventsComponent extends DefaultComponent {
  private ScheduledExecutorService writer;

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    GrpcEventsEndpoint endpoint = new GrpcEventsEndpoint(uri, this, remaining);
    setProperties(endpoint, parameters);
    return endpoint;
  }

  /** The one thread that writes to all gRPC streams; writing only queues, so it never waits. */
  synchronized ScheduledExecutorService writer() {
    if (writer == null) {
      writer =
          getCamelContext()
              .getExecutorServiceManager()
              .newSingleThreadScheduledExecutor(this, "grpc-events");
    }
    return writer;
  }

  @Override
  protected void doShutdown() throws Exception {
    super.doShutdown();
    if (writer != null) {
      getCamelContext().getExecutorServiceManager().shutdownGraceful(writer);
    }
  }
}
