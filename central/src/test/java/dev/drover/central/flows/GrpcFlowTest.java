package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each gRPC call is the operation of the REST contract, and nothing else. */
class GrpcFlowTest extends FlowTest {
  GrpcFlowTest() {
    super("central", "14-grpc");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "grpc-orchestrator-register, registerOrchestrator",
    "grpc-orchestrator-register-appendix, registerOrchestrator",
    "grpc-sync-full, syncFull",
    "grpc-sync-delta, syncDelta",
    "grpc-sync-checksum, syncChecksum",
    "grpc-orchestrator-heartbeat, orchestratorHeartbeat",
    "grpc-orchestrator-heartbeat-appendix, orchestratorHeartbeat",
    "grpc-beacon-register, registerBeacon",
    "grpc-beacon-heartbeat, beaconHeartbeat",
    "grpc-access-logs, beaconAccessLogs"
  })
  void aCallIsItsOperation(String route, String operation) {
    into(route).body("{}").run().calls("direct:" + operation).body("{}").endsWell();
  }

  @ParameterizedTest(name = "with {0}")
  @CsvSource({"since", "cursor"})
  void whoKnowsWhereItStandsGetsADelta(String header) {
    into("grpc-sync-data-appendix").header(header, "7").run().calls("direct:syncDelta").endsWell();
  }

  @Test
  void whoKnowsNothingGetsEverything() {
    into("grpc-sync-data-appendix").run().calls("direct:syncFull").endsWell();
  }

  @Test
  void aFailureIsRendered() {
    given("direct:syncFull", failure(new IllegalStateException("no store")));

    into("grpc-sync-full")
        .run()
        .calls("direct:syncFull", "errorRenderer.render", "idempotency.complete")
        .endsWell();
  }
}
