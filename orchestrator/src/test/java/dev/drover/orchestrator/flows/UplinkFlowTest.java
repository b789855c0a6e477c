package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.all;
import static dev.drover.flows.harness.Effect.body;
import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.header;
import static dev.drover.flows.harness.Effect.inTurn;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.Effect;
import dev.drover.flows.harness.FlowTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The uplink: what is accepted is on disk, what is sent is sent until central has answered. */
class UplinkFlowTest extends FlowTest {
  private static final Effect OPEN = property("DroverUplinkOpen", 1);
  private static final Effect SETTLED = property("DroverUplinkOpen", 0);

  UplinkFlowTest() {
    super("orchestrator", "15-uplink");
  }

  @Test
  void whatIsAcceptedIsOnDisk() {
    given("uplinkDoor.measure", property("DroverUplinkLeft", 0));

    into("uplink-item-accept").run().calls("uplinkDoor.measure", "uplinkDoor.accept").endsWell();
  }

  @Test
  void whatANewerOneReplacesGivesWayWhenNoRoomIsLeft() {
    given("uplinkDoor.measure", property("DroverUplinkLeft", 0));
    into("uplink-item-accept")
        .header("DroverUplinkClass", "latest")
        .run()
        .calls("uplinkDoor.measure", "uplinkDoor.giveWay")
        .endsWell();
  }

  @Test
  void withRoomEachClassIsStored() {
    given("uplinkDoor.measure", property("DroverUplinkLeft", 1));
    into("uplink-item-accept")
        .header("DroverUplinkClass", "latest")
        .run()
        .calls("uplinkDoor.measure", "uplinkDoor.accept")
        .endsWell();
  }

  @Test
  void whatHasNoRoomIsTheCallersToKnow() {
    given("uplinkDoor.accept", failure(new IllegalStateException("disk full")));

    into("uplink-item-accept")
        .run()
        .calls("uplinkDoor.measure", "uplinkDoor.accept")
        .failsWith("disk full");
  }

  @Test
  void aBatchIsSentWithTheMallsTokenAndItsAnswersConcluded() {
    given("uplinkUpload.read", OPEN);
    given("uplinkAnswers.read", body(List.of("answer")));
    given("uplinkAnswers.settle", SETTLED);

    into("uplink-batch-upload")
        .run()
        .calls(
            """
            uplinkUpload.read
            uplinkUpload.next
            uplinkUpload.leaveOutSettled
            uplinkUpload.write
            centralCalls.authorise
            direct:call-central
            uplinkAnswers.read
            uplinkAnswers.take
            uplinkAnswers.settle
            centralOutcomes.well\
            """)
        .sent("direct:call-central", "CamelHttpPath", "/api/orchestrators/uploads")
        .endsWell();
  }

  @Test
  void aBatchThatIsSettledAlreadyIsNotSent() {
    given("uplinkUpload.read", SETTLED);

    into("uplink-batch-upload").run().calls("uplinkUpload.read").endsWell();
  }

  @Test
  void holesOfTheQueueAreFilledFromTheStoreBeforeAnythingIsSent() {
    given("uplinkUpload.read", OPEN);
    given("uplinkUpload.next", property("DroverUplinkHoles", 2L));
    given("uplinkUpload.fillHoles", property("DroverUplinkBroken", false));
    given("uplinkUpload.leaveOutSettled", SETTLED);

    into("uplink-batch-upload")
        .run()
        .calls(
            """
            uplinkUpload.read
            uplinkUpload.next
            uplinkUpload.fillHoles
            uplinkUpload.leaveOutSettled\
            """)
        .endsWell();
  }

  @Test
  void aBatchWithoutHolesReadsNothingFromTheStore() {
    given("uplinkUpload.read", OPEN);
    given("uplinkUpload.next", property("DroverUplinkHoles", 0L));
    given("uplinkUpload.leaveOutSettled", SETTLED);

    into("uplink-batch-upload")
        .run()
        .calls("uplinkUpload.read", "uplinkUpload.next", "uplinkUpload.leaveOutSettled")
        .endsWell();
  }

  @Test
  void itemsWhoseSealIsBrokenAreParkedAndConcludedAndTheOthersGoNext() {
    given("uplinkUpload.read", OPEN);
    given(
        "uplinkUpload.next",
        inTurn(
            property("DroverUplinkHoles", 1L),
            all(property("DroverUplinkHoles", 0L), property("DroverUplinkBroken", false), OPEN)));
    given("uplinkUpload.fillHoles", property("DroverUplinkBroken", true));
    given("uplinkAnswers.parkBroken", body(List.of()));
    given("uplinkUpload.leaveOutSettled", SETTLED);

    into("uplink-batch-upload")
        .run()
        .calls(
            """
            uplinkUpload.read
            uplinkUpload.next
            uplinkUpload.fillHoles
            uplinkAnswers.parkBroken
            uplinkAnswers.settle
            centralOutcomes.well
            uplinkUpload.next
            uplinkUpload.leaveOutSettled\
            """)
        .endsWell();
  }

  @Test
  void aBatchIsSentAgainFiveTimesAndThenLeftToTheQueue() {
    given("uplinkUpload.read", OPEN);
    given("centralOutcomes.process", header("CamelRedeliveryDelay", 1L));
    given("direct:call-central", failure(new IllegalStateException("central is away")));

    var run = into("uplink-batch-upload").run();

    run.endsWith("log WARN: uplink-batch-upload: central is away; the same batch comes again")
        .failsWith("central is away");
    org.assertj.core.api.Assertions.assertThat(run.made("direct:call-central")).hasSize(6);
    org.assertj.core.api.Assertions.assertThat(run.made("uplinkAnswers.settle")).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {400, 413, 422})
  void oneRefusedItemIsCountedAndConcluded(int status) {
    given("uplinkUpload.leaveOutSettled", OPEN);
    given("direct:call-central", header("CamelHttpResponseCode", status));
    given("uplinkAnswers.refuse", body(List.of()));

    into("uplink-request-send")
        .run()
        .endsWith(
            "direct:call-central",
            "uplinkAnswers.refuse",
            "uplinkAnswers.settle",
            "centralOutcomes.well")
        .endsWell();
  }

  @Test
  void aRefusedBatchIsTakenApartSoThatOneItemDoesNotStopTheOthers() {
    given("uplinkUpload.takeApart", body(List.of("first", "second")));
    given("uplinkUpload.leaveOutSettled", SETTLED);

    into("uplink-request-refused")
        .property("DroverUplinkOpen", 2)
        .run()
        .calls(
            """
            uplinkUpload.takeApart
            uplinkUpload.alone
            uplinkUpload.leaveOutSettled
            uplinkUpload.alone
            uplinkUpload.leaveOutSettled\
            """)
        .sentBody("uplinkUpload.alone", "first", "second")
        .endsWell();
  }

  @Test
  void nothingToTakeApartIsNothingSent() {
    given("uplinkUpload.takeApart", body(List.of()));

    into("uplink-request-refused")
        .property("DroverUplinkOpen", 2)
        .run()
        .calls("uplinkUpload.takeApart")
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "sync_changes, direct:on-edit-answer",
    "beacon_register, direct:on-registration-answer",
    "beacon_heartbeat, direct:on-heartbeat-answer",
    "access_logs, ",
    "event_ack, "
  })
  void anAnswerGoesToWhomItConcernsBeforeItsItemIsSettled(String type, String to) {
    given("uplinkAnswers.take", all(header("DroverUplinkType", type), body("answer")));

    into("uplink-answers-conclude")
        .body(List.of("item"))
        .run()
        .calls(
            "uplinkAnswers.take",
            to == null ? "" : to,
            "uplinkAnswers.settle",
            "centralOutcomes.well")
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"beacon_register", "beacon_heartbeat"})
  void withoutAnAnswerNoBeaconIsTold(String type) {
    given(
        "uplinkAnswers.take",
        header("DroverUplinkType", type),
        exchange -> {
          exchange.getMessage().setBody(null);
          return null;
        });

    into("uplink-answers-conclude")
        .body(List.of("item"))
        .run()
        .calls("uplinkAnswers.take", "uplinkAnswers.settle", "centralOutcomes.well")
        .endsWell();
  }

  @Test
  void anAnswerThatIsNotHeardSettlesNothing() {
    given("uplinkAnswers.take", all(header("DroverUplinkType", "sync_changes"), body("answer")));
    given("direct:on-edit-answer", failure(new IllegalStateException("disk")));

    into("uplink-answers-conclude")
        .body(List.of("first", "second"))
        .run()
        .calls("uplinkAnswers.take", "direct:on-edit-answer")
        .failsWith("disk");
  }
}
