package dev.drover.central.flows;

import dev.drover.flows.harness.Contract;
import dev.drover.flows.harness.FlowTest;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each operation of the contract is answered by the route that the contract names. */
class RestFlowTest extends FlowTest {
  RestFlowTest() {
    super("central", "00-rest");
  }

  static List<Contract.Operation> operations() throws IOException {
    return Contract.read("central").stream().filter(o -> !o.path().isEmpty()).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void anOperationIsTheRouteThatTheContractNames(Contract.Operation operation) {
    request(operation.method(), operation.path())
        .calls("direct:" + operation.flow())
        .variable("operation", operation.id())
        .endsWell();
  }

  @Test
  void whatTheContractDoesNotNameReachesNoRoute() {
    request("GET", "/api/nothing").calls().header("CamelHttpResponseCode", 404);
  }
}
