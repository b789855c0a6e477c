package dev.drover.engine.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.NamedRoute;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * A development aid that writes which steps of the flows ran: one line {@code <routeId> <stepId>}
 * at a step's first execution, appended at once, so that the record survives kill -9. Tests bind it
 * to find the steps that none of them executes; in production it is not there.
 */
public final class StepRecorder implements InterceptStrategy {
  private final Path file;
  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  /** A recorder that appends to this file, whose directory is made when absent. */
  public StepRecorder(Path file) {
    this.file = file;
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Processor wrapProcessorInInterceptors(
      CamelContext context, NamedNode step, Processor target, Processor nextTarget) {
    String line = routeOf(step) + " " + step.getId();
    return new DelegateAsyncProcessor(target) {
      @Override
      public boolean process(Exchange exchange, AsyncCallback callback) {
        if (seen.add(line)) {
          append(line);
        }
        return super.process(exchange, callback);
      }
    };
  }

  /** The route that holds a step; steps of a route configuration have none. */
  private static String routeOf(NamedNode step) {
    for (NamedNode node = step; node != null; node = node.getParent()) {
      if (node instanceof NamedRoute route) {
        return route.getRouteId();
      }
    }
    return "-";
  }

  private void append(String line) {
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot record executed steps", e);
    }
  }
}
