package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.all;
import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.header;
import static dev.drover.flows.harness.Effect.inTurn;
import static dev.drover.flows.harness.Effect.nothing;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What changed: stored page by page, then told to devices, then acknowledged to central. */
class SyncDeltaFlowTest extends FlowTest {
  SyncDeltaFlowTest() {
    super("orchestrator", "10-sync-delta");
  }

  @Test
  void pagesAreStoredThenComparedThenSettled() {
    given("deltaSync.begin", property("DroverSyncMore", true));
    given(
        "deltaSync.store",
        inTurn(
            nothing(),
            all(property("DroverSyncMore", false), property("DroverSyncComplete", true))));
    given("deltaSync.compare", property("DroverSyncEqual", true));
    given("deltaSync.finish", property("DroverSyncCounts", "5"));

    into("sync-delta-fetch")
        .run()
        .calls(
            """
            deltaSync.begin
            deltaSync.permit
            centralCalls.authorise
            deltaSync.ask
            direct:read-central
            deltaSync.store
            centralOutcomes.well
            deltaSync.permit
            centralCalls.authorise
            deltaSync.ask
            direct:read-central
            deltaSync.store
            centralOutcomes.well
            deltaSync.compare
            deltaSync.finish
            protocolLog.record(delta_synced, the cache has what changed: 5)
            deltaSync.settle
            deviceNotices.next
            deltaSync.acknowledge
            deltaSync.settled\
            """)
        .endsWell();
  }

  @Test
  void withoutPermissionNothingIsAskedAndNothingIsFinished() {
    given("deltaSync.begin", property("DroverSyncMore", true));
    given("deltaSync.permit", property("DroverSyncMore", false));

    into("sync-delta-fetch").run().calls("deltaSync.begin", "deltaSync.permit").endsWell();
  }

  @Test
  void nothingToFetchIsFinishedAtOnce() {
    given(
        "deltaSync.begin", property("DroverSyncMore", false), property("DroverSyncComplete", true));

    into("sync-delta-fetch")
        .run()
        .calls(
            """
            deltaSync.begin
            deltaSync.compare
            deltaSync.finish
            protocolLog.record
            deltaSync.settle
            deviceNotices.next
            deltaSync.acknowledge
            deltaSync.settled\
            """)
        .endsWell();
  }

  @Test
  void anotherChecksumIsVerifiedLaterAndTheDeltaStillCounts() {
    given("deltaSync.begin", property("DroverSyncComplete", true));
    given("deltaSync.compare", property("DroverSyncEqual", false));

    into("sync-delta-fetch")
        .run()
        .calls(
            """
            deltaSync.begin
            deltaSync.compare
            syncPlan.wantVerify
            deltaSync.finish
            protocolLog.record
            deltaSync.settle
            deviceNotices.next
            deltaSync.acknowledge
            deltaSync.settled\
            """)
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {400, 409})
  void aCursorThatCentralRefusesWantsAFullSyncAndStoresNothing(int status) {
    given("direct:read-central", header("CamelHttpResponseCode", status));

    into("sync-delta-receive")
        .header("X-Of-Another-Answer", "1")
        .run()
        .calls(
            """
            centralCalls.authorise
            deltaSync.ask
            direct:read-central
            log WARN: central cannot continue from this cursor: %d
            deltaSync.giveUp
            syncPlan.wantFull(delta_refused)
            centralOutcomes.well\
            """
                .formatted(status))
        .sent("direct:read-central", "X-Of-Another-Answer", (Object) null)
        .sent("direct:read-central", "CamelHttpPath", "/api/orchestrators/sync/delta")
        .endsWell();
  }

  @Test
  void devicesAreToldBeforeEventsAreAcknowledged() {
    given(
        "deviceNotices.next",
        inTurn(
            property("DroverNoticeLeft", true),
            property("DroverNoticeLeft", true),
            property("DroverNoticeLeft", false)));

    into("sync-changes-settle")
        .header("Authorization", "of the last request")
        .run()
        .calls(
            """
            deltaSync.settle
            deviceNotices.next
            paho-mqtt5:mall/data_update
            deviceNotices.told
            deviceNotices.next
            paho-mqtt5:mall/data_update
            deviceNotices.told
            deviceNotices.next
            deltaSync.acknowledge
            deltaSync.settled\
            """)
        .sent("paho-mqtt5:mall/data_update", "Authorization", null, null)
        .endsWell();
  }

  @Test
  void aNoticeThatTheBrokerDoesNotTakeIsNotStruckOut() {
    given("deviceNotices.next", property("DroverNoticeLeft", true));
    given("paho-mqtt5:mall/data_update", failure(new IllegalStateException("broker is away")));

    into("sync-affected-notify")
        .run()
        .calls(
            """
            deviceNotices.next
            paho-mqtt5:mall/data_update
            log WARN: sync-affected-notify: IllegalStateException: broker is away
            centralOutcomes.failed\
            """)
        .endsWell();
  }
}
