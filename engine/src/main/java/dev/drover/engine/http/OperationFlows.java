package dev.drover.engine.http;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import java.util.Map;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumerAware;
import org.apache.camel.component.rest.openapi.DefaultRestOpenapiProcessorStrategy;
import org.apache.camel.component.rest.openapi.RestOpenApiComponent;
import org.apache.camel.support.processor.RestBindingAdvice;

/**
 * Which flow answers an operation of the contract: {@code direct:<operationId>}, or the one that
 * {@code x-flow} names. So operations of one kind share one flow; the variable {@link #OPERATION}
 * tells it which of them was asked for.
 */
public final class OperationFlows extends DefaultRestOpenapiProcessorStrategy {
  /**
   * Word of an operation in the contract: the name of the {@code direct:} route that answers it.
   */
  public static final String FLOW = "x-flow";

  /** Variable of the exchange: the operationId. */
  public static final String OPERATION = "operation";

  private static final String OWN_NAME = "x-operation";

  private OperationFlows(CamelContext context) {
    setCamelContext(context);
  }

  /** Lets the contracts that a process binds name their flows. */
  public static void into(RestOpenApiComponent component) {
    component.setRestOpenapiProcessorStrategy(new OperationFlows(component.getCamelContext()));
  }

  @Override
  public void validateOpenApi(OpenAPI contract, String basePath, PlatformHttpConsumerAware consumer)
      throws Exception {
    contract.getPaths().values().forEach(path -> path.readOperations().forEach(this::bind));
    super.validateOpenApi(contract, basePath, consumer);
  }

  /** Camel goes to the route of the operation's id: so that is the flow's name from here on. */
  private void bind(Operation operation) {
    Map<String, Object> words = operation.getExtensions();
    if (words != null && words.containsKey(OWN_NAME)) {
      return; // the route has started before
    }
    operation.addExtension(OWN_NAME, operation.getOperationId());
    if (operation.getExtensions().get(FLOW) instanceof String flow) {
      operation.setOperationId(flow);
    }
  }

  @Override
  public boolean process(
      OpenAPI contract,
      Operation operation,
      String verb,
      String path,
      RestBindingAdvice binding,
      Exchange exchange,
      AsyncCallback callback) {
    exchange.setVariable(OPERATION, operation.getExtensions().get(OWN_NAME));
    return super.process(contract, operation, verb, path, binding, exchange, callback);
  }
}
