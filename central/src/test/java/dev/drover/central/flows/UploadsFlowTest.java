package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.body;
import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.inTurn;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A mall hands in what waited in its queue: in order, counted, and remembered before the answer.
 */
class UploadsFlowTest extends FlowTest {
  private static final String GUARDS =
      """
      authenticator.authenticate
      authoriser.authorise(orchestrator, entity)
      idempotency.begin
      schemas.check(upload-envelope, false)
      uploads.open
      accessLogs.gather\
      """;
  private static final String END =
      """
      direct:store-access-logs
      uploads.close
      protocolLog.record(uploads_received, a batch of a queue)
      idempotency.complete\
      """;

  UploadsFlowTest() {
    super("central", "16-uploads");
  }

  @Test
  void eachItemIsAppliedInItsOrderThenTheBatchIsClosed() {
    given("uploads.open", body(List.of("ack", "edit")));
    given(
        "uploads.begin",
        inTurn(
            property("DroverUploadType", "event_ack"),
            property("DroverUploadType", "sync_changes")));

    into("uploads-batch-accept")
        .run()
        .calls(
            GUARDS,
            """
            uploads.begin
            direct:store-acks
            uploads.stored
            uploads.begin
            direct:merge-edits
            uploads.stored
            """,
            END)
        .sentBody("direct:store-acks", "ack")
        .sentBody("direct:merge-edits", "edit")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void anEmptyBatchIsClosedToo() {
    given("uploads.open", body(List.of()));

    into("uploads-batch-accept").run().calls(GUARDS, END).endsWell();
  }

  @Test
  void aRepeatedBatchIsNotOpened() {
    given("idempotency.begin", property("DroverReplayed", true));

    into("uploads-batch-accept")
        .run()
        .calls("authenticator.authenticate", "authoriser.authorise", "idempotency.begin")
        .stops();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "beacon_register, direct:store-beacon-registration, ",
    "beacon_heartbeat, direct:store-beacon-heartbeat, ",
    "access_logs, direct:open-access-logs, direct:take-access-logs",
    "event_ack, direct:store-acks, ",
    "sync_changes, direct:merge-edits, ",
    "party, uploads.unknown, "
  })
  void anItemIsDoneByTheOperationOfItsType(String type, String call, String then) {
    given("uploads.begin", property("DroverUploadType", type));

    into("uploads-item-apply")
        .run()
        .calls("uploads.begin", call, then == null ? "" : then, "uploads.stored")
        .endsWell();
  }

  @Test
  void anItemThatIsRefusedForWhatItIsIsRejectedAndTheOthersGoOn() {
    given("uploads.open", body(List.of("bad", "good")));
    given("uploads.begin", property("DroverUploadType", "event_ack"));
    given(
        "direct:store-acks",
        inTurn(
            failure(new ProtocolException(ErrorCode.VALIDATION_FAILED, "no id")),
            property("taken", true)));

    into("uploads-batch-accept")
        .run()
        .calls(
            GUARDS,
            """
            uploads.begin
            direct:store-acks
            uploads.rejected
            uploads.begin
            direct:store-acks
            uploads.stored
            """,
            END)
        .endsWell();
  }

  @Test
  void aFaultOfCentralEndsTheBatchAndRejectsNothing() {
    given("uploads.open", body(List.of("first", "second")));
    given("uploads.begin", property("DroverUploadType", "event_ack"));
    given("direct:store-acks", failure(new ProtocolException(ErrorCode.STORAGE_FULL, "disk full")));

    into("uploads-batch-accept")
        .run()
        .calls(
            GUARDS,
            """
            uploads.begin
            direct:store-acks
            errorRenderer.render
            idempotency.complete\
            """)
        .endsWell();
  }

  @Test
  void aFaultBeforeAnItemIsTriedEndsTheBatchTooAndTheBatchSaysIt() {
    given("uploads.open", body(List.of("first", "second")));
    given("uploads.begin", failure(new IllegalStateException("no")));

    into("uploads-batch-accept")
        .run()
        .calls(
            GUARDS,
            """
            uploads.begin
            errorRenderer.render
            idempotency.complete\
            """)
        .endsWell();
  }

  @ParameterizedTest(name = "refused by {0}")
  @CsvSource({
    "authenticator.authenticate",
    "authoriser.authorise",
    "schemas.check",
    "uploads.open",
    "direct:store-access-logs",
    "uploads.close"
  })
  void whatIsNotClosedIsNotSaidToBeReceived(String step) {
    given("uploads.open", body(List.of()));
    given(step, failure(new IllegalArgumentException("no")));

    into("uploads-batch-accept")
        .run()
        .endsWith(step, "errorRenderer.render", "idempotency.complete")
        .endsWell();
  }
}
