package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operators see what became of every accepted item. */
class UplinkOperationsFlowTest extends FlowTest {
  private static final String OPERATIONS =
      """
      editParked, uplinkOperations.edit, 'parked_item_edited, an operator corrected a parked item, 7'
      replayParked, uplinkOperations.replay, 'parked_item_replayed, an operator sends a parked item again, 7'
      """;

  UplinkOperationsFlowTest() {
    super("orchestrator", "15-uplink-operations");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(textBlock = OPERATIONS)
  void operatorsOfThisMallChangeWhatWaitsAndItIsLogged(String operation, String call, String line) {
    into("uplink-parked-change")
        .operation(operation)
        .header("entity_id", "mall-2")
        .header("parked_id", "7")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, entity)",
            call,
            line == null ? "" : "protocolLog.record(" + line + ")")
        .sent("authoriser.authorise", "entity_id", "mall-1")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(textBlock = OPERATIONS)
  void whoIsRefusedChangesNothing(String operation, String call) {
    for (String guard : List.of("authoriser.authorise", "authenticator.authenticate")) {
      given(guard, failure(new IllegalArgumentException("no")));
      into("uplink-parked-change")
          .operation(operation)
          .run()
          .endsWith(guard, "errorRenderer.render")
          .endsWell();
    }
  }

  @Test
  void whatNoBranchKnowsChangesNothing() {
    into("uplink-parked-change")
        .operation("readParked")
        .run()
        .calls("authenticator.authenticate", "authoriser.authorise");
  }

  @Test
  void theSumIsCheckedAlsoWhenNobodyAsks() {
    into("uplink-ledger-check").run().calls("uplinkOperations.check").endsWell();
  }

  @Test
  void aCheckThatFailsIsSaid() {
    given("uplinkOperations.check", failure(new IllegalStateException("disk")));

    into("uplink-ledger-check")
        .run()
        .calls("uplinkOperations.check", "log WARN: uplink-ledger-check: disk; tried again later")
        .failsWith("disk");
  }
}
