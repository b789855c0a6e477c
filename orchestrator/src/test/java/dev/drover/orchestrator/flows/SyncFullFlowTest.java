package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.inTurn;
import static dev.drover.flows.harness.Effect.nothing;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;

/** Everything anew: beside what the mall has, and flipped only when it is right. */
class SyncFullFlowTest extends FlowTest {
  private static final String ONE_ANSWER =
      """
      centralCalls.authorise
      fullSync.ask(areas,beacons,merchants,connections)
      direct:read-central
      fullSync.receive
      centralOutcomes.well
      """;

  SyncFullFlowTest() {
    super("orchestrator", "09-sync-full");
  }

  @Test
  void answersAreReadToTheLastThenComparedThenFlipped() {
    given("fullSync.begin", property("DroverSyncMore", true));
    given("fullSync.receive", inTurn(nothing(), property("DroverSyncMore", false)));
    given("fullSync.finish", property("DroverSyncCounts", "3 areas"));

    into("sync-full-fetch")
        .property("DroverSyncReason", "first start")
        .run()
        .calls(
            "log INFO: full sync: first start",
            "fullSync.begin",
            ONE_ANSWER.strip(),
            ONE_ANSWER.strip(),
            "fullSync.compare",
            "fullSync.commit",
            "fullSync.finish",
            "protocolLog.record(full_synced, the data is fetched anew: 3 areas)")
        .endsWell();
  }

  @Test
  void headersOfFormerAnswersAreNotSentToCentral() {
    into("sync-full-receive")
        .header("X-Of-Another-Answer", "1")
        .run()
        .sent("centralCalls.authorise", "X-Of-Another-Answer", (Object) null)
        .sent("direct:read-central", "CamelHttpPath", "/api/orchestrators/sync/full")
        .endsWell();
  }

  @Test
  void aWrongChecksumFlipsNothing() {
    given("fullSync.begin", property("DroverSyncMore", false));
    given("fullSync.compare", failure(new IllegalStateException("checksums differ")));

    into("sync-full-fetch")
        .run()
        .calls(
            "log INFO: full sync:",
            "fullSync.begin",
            "fullSync.compare",
            "log WARN: sync-full-fetch: IllegalStateException: checksums differ",
            "centralOutcomes.failed")
        .endsWell();
  }

  @Test
  void anAnswerThatCannotBeWrittenIsNoAnswer() {
    given("fullSync.receive", failure(new IllegalStateException("half an answer")));

    into("sync-full-receive")
        .run()
        .endsWith(
            "fullSync.receive",
            "log WARN: sync-full-receive: IllegalStateException: half an answer",
            "centralOutcomes.failed")
        .endsWell();
  }
}
