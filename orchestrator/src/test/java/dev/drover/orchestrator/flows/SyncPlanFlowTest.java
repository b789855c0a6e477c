package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.body;
import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.Effect;
import dev.drover.flows.harness.FlowTest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the data needs most is done first. */
class SyncPlanFlowTest extends FlowTest {
  SyncPlanFlowTest() {
    super("orchestrator", "08-sync-plan");
  }

  private static Effect due(String... needs) {
    Map<String, Boolean> answer = new HashMap<>();
    List.of("full", "delta", "settle", "verify")
        .forEach(need -> answer.put(need, List.of(needs).contains(need)));
    return body(answer);
  }

  @Test
  void everythingAnewIsThenCaughtUpAndVerified() {
    given("syncPlan.look", due("full"));

    into("sync-plan-run")
        .run()
        .calls("syncPlan.look", "direct:sync-full", "direct:sync-delta", "direct:sync-verify")
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
    given("syncPlan.look", due(need));

    into("sync-plan-run").run().calls("syncPlan.look", call == null ? "" : call).endsWell();
  }

  @Test
  void theFirstBranchThatMayBeginGoesFirst() {
    given("syncPlan.look", due("verify", "settle", "delta"));

    into("sync-plan-run").run().calls("syncPlan.look", "direct:sync-delta").endsWell();
  }

  @Test
  void aPlanThatFailsLeavesTheMallWorking() {
    given("syncPlan.look", failure(new IllegalStateException("disk")));

    into("sync-plan-run")
        .run()
        .calls(
            "syncPlan.look",
            "log WARN: sync-plan-run: IllegalStateException: disk",
            "centralOutcomes.failed")
        .endsWell();
  }
}
