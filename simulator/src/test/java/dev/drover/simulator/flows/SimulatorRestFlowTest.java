package dev.drover.simulator.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people ask of the simulated mall. */
class SimulatorRestFlowTest extends FlowTest {
  SimulatorRestFlowTest() {
    super("simulator", "00-rest");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "GET, /health, simulatorOperations.health",
    "POST, /api/line/cut, simulatorOperations.cutLine"
  })
  void anOperationIsTheRouteOfItsName(String method, String path, String call) {
    request(method, path).calls(call).header("Content-Type", "application/json").endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"health-simulator-answer", "simulator-line-cut"})
  void theAnswerIsJson(String route) {
    into(route).run().header("Content-Type", "application/json");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "health-simulator-answer, simulatorOperations.health",
    "simulator-line-cut, simulatorOperations.cutLine"
  })
  void aFailureIsRendered(String route, String call) {
    given(call, failure(new IllegalStateException("no")));

    into(route).run().calls(call, "errorRenderer.render").endsWell();
  }

  @Test
  void whatTheContractDoesNotNameReachesNoRoute() {
    request("GET", "/api/nothing").calls().header("CamelHttpResponseCode", 404);
  }
}
