package dev.drover.engine.guard;

import java.util.function.Predicate;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Marks what a component of others has made durable: a step that publishes to Kafka with {@code
 * requestRequiredAcks: all} ends when all replicas have it.
 */
public final class DurableSends implements InterceptStrategy {
  private static final Predicate<String> DURABLE =
      uri -> uri.startsWith("kafka:") && uri.contains("requestRequiredAcks=all");

  /** To be put into the registry. */
  public DurableSends() {}

  @Override
  public Processor wrapProcessorInInterceptors(
      CamelContext context, NamedNode step, Processor target, Processor nextTarget) {
    if (!(step instanceof ToDefinition to) || !DURABLE.test(to.getUri())) {
      return target;
    }
    return new DelegateAsyncProcessor(target) {
      @Override
      public boolean process(Exchange exchange, AsyncCallback callback) {
        return super.process(
            exchange,
            sync -> {
              if (exchange.getException() == null) {
                Promises.store(exchange, "kafka", () -> {});
              }
              callback.done(sync);
            });
      }
    };
  }
}
