package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.inTurn;
import static dev.drover.flows.harness.Effect.nothing;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What differs from central is mended at the least cost. */
class SyncVerifyFlowTest extends FlowTest {
  private static final String COMPARE =
      """
      centralCalls.authorise
      verifySync.ask
      direct:read-central
      verifySync.compare
      centralOutcomes.well\
      """;
  private static final String VERIFIED =
      """
      verifySync.verified
      protocolLog.record(cache_verified, the cache is what central has)\
      """;
  private static final String BUCKETS =
      """
      centralCalls.authorise
      bucketRepair.askBuckets
      direct:read-central
      bucketRepair.compare
      centralOutcomes.well\
      """;
  private static final String ITEMS =
      """
      centralCalls.authorise
      bucketRepair.askItems
      direct:read-central
      bucketRepair.repair
      centralOutcomes.well\
      """;

  SyncVerifyFlowTest() {
    super("orchestrator", "11-sync-verify");
  }

  private void outcome(String outcome) {
    given("verifySync.compare", property("DroverSyncOutcome", outcome));
  }

  @Test
  void equalChecksumsAreWrittenDown() {
    given("verifySync.begin", property("DroverCacheReadable", true));
    outcome("equal");

    into("sync-checksum-verify").run().calls("verifySync.begin", COMPARE, VERIFIED).endsWell();
  }

  @Test
  void aFileThatCannotBeReadIsNotComparedWithCentral() {
    given("verifySync.begin", property("DroverCacheReadable", false));

    into("sync-checksum-verify").run().calls("verifySync.begin").endsWell();
  }

  @Test
  void whatIsOnlyBehindIsCaughtUpAndComparedAgain() {
    given(
        "verifySync.compare",
        inTurn(property("DroverSyncOutcome", "behind"), property("DroverSyncOutcome", "equal")));

    into("sync-differences-mend")
        .run()
        .calls(COMPARE, "direct:sync-delta", COMPARE, VERIFIED)
        .endsWell();
  }

  @Test
  void whatIsStillBehindIsVerifiedLater() {
    outcome("behind");

    into("sync-differences-mend")
        .run()
        .calls(COMPARE, "direct:sync-delta", COMPARE, "verifySync.later")
        .endsWell();
  }

  @Test
  void severalCollectionsThatDifferAreFetchedAnew() {
    outcome("several");

    into("sync-differences-mend").run().calls(COMPARE, "verifySync.needsFull").endsWell();
  }

  @Test
  void oneCollectionIsRepairedByItsBucketsAndThenSettled() {
    outcome("one");
    given("bucketRepair.compare", property("DroverSyncBucketsLeft", true));
    given("bucketRepair.repair", inTurn(nothing(), property("DroverSyncBucketsLeft", false)));
    given(
        "bucketRepair.check",
        property("DroverSyncOutcome", "equal"),
        property("DroverSyncCounts", "2"));

    into("sync-differences-mend")
        .run()
        .calls(
            COMPARE,
            BUCKETS,
            ITEMS,
            ITEMS,
            "bucketRepair.check",
            "protocolLog.record(cache_repaired, items are as central has them again: 2)",
            VERIFIED,
            "direct:settle-sync")
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"behind, verifySync.later", "other, verifySync.needsFull"})
  void aRepairThatDidNotHelpIsNotSaidToHaveHelped(String outcome, String then) {
    given("bucketRepair.check", property("DroverSyncOutcome", outcome));

    into("sync-buckets-repair").run().calls(BUCKETS, "bucketRepair.check", then).endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "sync-checksum-compare, /api/orchestrators/sync/checksum",
    "sync-buckets-repair, /api/orchestrators/sync/checksum",
    "sync-items-repair, /api/orchestrators/sync/items"
  })
  void aRequestHasItsPathAndNothingOfAFormerAnswer(String route, String path) {
    into(route)
        .header("X-Of-Another-Answer", "1")
        .run()
        .sent("direct:read-central", "CamelHttpPath", path)
        .sent("direct:read-central", "X-Of-Another-Answer", (Object) null)
        .endsWell();
  }

  @Test
  void anAnswerThatCannotBeJudgedEndsTheVerificationAndCountsAsFailed() {
    given("verifySync.compare", failure(new IllegalStateException("no checksum")));

    into("sync-checksum-compare")
        .run()
        .endsWith(
            "verifySync.compare",
            "log WARN: sync-checksum-compare: IllegalStateException: no checksum",
            "centralOutcomes.failed")
        .endsWell();
  }
}
