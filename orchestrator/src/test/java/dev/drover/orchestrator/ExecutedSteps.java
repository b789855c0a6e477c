package dev.drover.orchestrator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.springframework.context.annotation.Bean;

/** Writes down which steps of the flows the tests execute, for the gate on untested steps. */
class ExecutedSteps {
  private static final Path FILE = Path.of("target/executed-steps.txt");
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  @Bean
  InterceptStrategy recordSteps() {
    return new InterceptStrategy() {
      @Override
      public Processor wrapProcessorInInterceptors(
          CamelContext context, NamedNode definition, Processor target, Processor next) {
        return new DelegateAsyncProcessor(
            exchange -> {
              record(
                  org.apache.camel.support.ExchangeHelper.getRouteId(exchange)
                      + " "
                      + definition.getId());
              target.process(exchange);
            });
      }
    };
  }

  private void record(String line) {
    if (known.add(line)) {
      try {
        Files.createDirectories(FILE.getParent());
        Files.writeString(FILE, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
