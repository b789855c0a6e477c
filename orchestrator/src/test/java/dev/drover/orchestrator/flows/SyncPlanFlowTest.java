package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the data needs most is done first. */
class SyncPlanFlowTest extends FlowTest {
  SyncPlanFlowTest() {
    super("orchestrator", "08-sync-plan");
  }

  @Test
  void everythingAnewIsThenCaughtUpAndVerified() {
    given("syncPlan.begin", property("DroverSyncNeed", "full"));

    into("sync-plan-run")
        .run()
        .calls("syncPlan.begin", "direct:sync-full", "direct:sync-delta", "direct:sync-verify")
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "delta, direct:sync-delta",
    "settle, direct:settle-sync",
    "verify, direct:sync-verify",
    "nothing, "
  })
  void oneNeedIsOneThingToDo(String need, String call) {
    given("syncPlan.begin", property("DroverSyncNeed", need));

    into("sync-plan-run").run().calls("syncPlan.begin", call == null ? "" : call).endsWell();
  }

  @Test
  void aPlanThatFailsLeavesTheMallWorking() {
    given("syncPlan.begin", failure(new IllegalStateException("disk")));

    into("sync-plan-run")
        .run()
        .calls(
            "syncPlan.begin",
            "log WARN: sync-plan-run: IllegalStateException: disk",
            "centralOutcomes.failed")
        .endsWell();
  }
}
