package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Edits of the mall's people: on disk before the answer, decided by central, kept when they lose.
 */
class EdgeEditsFlowTest extends FlowTest {
  EdgeEditsFlowTest() {
    super("orchestrator", "14-edge-edits");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"edits-item-create, create, created", "edits-item-replace, replace, replaced"})
  void anEditIsCheckedThenStoredThenTold(String route, String method, String word) {
    into(route)
        .run()
        .calls(
            """
            authenticator.authenticate
            authoriser.authorise(operator, entity)
            schemas.check(document, false)
            edgeEdits.%s
            protocolLog.record(item_edited, a document was %s at the mall)\
            """
                .formatted(method, word))
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void aDeletionHasNoBodyToCheck() {
    into("edits-item-delete")
        .run()
        .calls(
            """
            authenticator.authenticate
            authoriser.authorise(operator, entity)
            edgeEdits.delete
            protocolLog.record(item_edited, a document was deleted at the mall)\
            """)
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "edits-item-create, authenticator.authenticate",
    "edits-item-create, authoriser.authorise",
    "edits-item-create, schemas.check",
    "edits-item-create, edgeEdits.create",
    "edits-item-replace, authenticator.authenticate",
    "edits-item-replace, authoriser.authorise",
    "edits-item-replace, schemas.check",
    "edits-item-delete, authenticator.authenticate",
    "edits-item-delete, authoriser.authorise"
  })
  void whatIsRefusedIsRenderedAndNeitherStoredNorTold(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route).run().endsWith(guard, "errorRenderer.render").endsWell();
  }

  @Test
  void eachEditGoesIntoTheUplinkAsAChange() {
    into("edits-item-send")
        .body(List.of("first", "second"))
        .run()
        .calls("direct:uplink-accept", "direct:uplink-accept")
        .sentBody("direct:uplink-accept", "first", "second")
        .sent("direct:uplink-accept", "DroverUplinkType", "sync_changes", "sync_changes")
        .endsWell();
  }

  @Test
  void anEditThatTheUplinkDoesNotTakeStopsThoseBehindIt() {
    given("direct:uplink-accept", failure(new IllegalStateException("disk full")));

    into("edits-item-send")
        .body(List.of("first", "second"))
        .run()
        .calls("direct:uplink-accept", "log WARN: edits-item-send: disk full; tried again later")
        .failsWith("disk full");
  }

  @Test
  void noEditIsNothingSent() {
    into("edits-item-send").body(List.of()).run().calls().endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"applied, applied", "refused, reject"})
  void aVerdictIsTaken(String status, String method) {
    given("editSender.take", property("DroverEditStatus", status));

    into("edits-answer-take").run().calls("editSender.take", "editSender." + method).endsWell();
  }

  @Test
  void anEditThatWasDecidedBeforeChangesNothing() {
    into("edits-answer-take").run().calls("editSender.take").endsWell();
  }

  @Test
  void anEditThatLostIsKeptForPeopleAndToldWhenCentralWins() {
    given("editSender.take", property("DroverEditStatus", "conflict"));

    into("edits-answer-take")
        .run()
        .calls(
            "editSender.take",
            "editSender.lose",
            "protocolLog.record(edit_lost, an edit of the mall lost against central)")
        .endsWell();
  }

  @Test
  void anEditThatLostIsSentAgainWhenTheEdgeWins() throws Exception {
    withSetting(
        "drover.sync.conflict-policy",
        "edge-wins",
        () -> into("edits-conflict-resolve").run().calls("editSender.resubmit").endsWell());
  }

  @Test
  void aVerdictThatCannotBeTakenFailsSoThatItsBatchComesAgain() {
    given("editSender.take", failure(new IllegalStateException("disk")));

    into("edits-answer-take").run().calls("editSender.take").failsWith("disk");
  }
}
