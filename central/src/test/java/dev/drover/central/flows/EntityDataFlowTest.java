package dev.drover.central.flows;

import static dev.drover.flows.harness.Effect.failure;
import static dev.drover.flows.harness.Effect.property;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading and writing of an entity's data, each behind its guards. */
class EntityDataFlowTest extends FlowTest {
  EntityDataFlowTest() {
    super("central", "05-entity-data");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "listEntities, listEntities",
    "readEntity, readEntity",
    "listItems, list",
    "readItem, read"
  })
  void readersOfEveryKindMayRead(String operation, String method) {
    into("entity-data-read")
        .operation(operation)
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(orchestrator,operator,mobile, entity)",
            "entityOperations." + method)
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void whatNoBranchKnowsIsNotRead() {
    into("entity-data-read")
        .operation("listOrchestrators")
        .run()
        .calls("authenticator.authenticate", "authoriser.authorise");
  }

  @Test
  void operatorsReplaceADocument() {
    into("entity-item-replace")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, entity)",
            "schemas.check(document, false)",
            "entityOperations.replace",
            "protocolLog.record(item_replaced, a document was replaced)")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void operatorsReplaceTheEntity() {
    into("entity-entity-replace")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, entity)",
            "schemas.check(document, false)",
            "entityOperations.replaceEntity",
            "protocolLog.record(entity_replaced, an operator replaced an entity)")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void operatorsDeleteADocument() {
    into("entity-item-delete")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, entity)",
            "entityOperations.delete",
            "protocolLog.record(item_deleted, a document was deleted)")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void onlyWhoMaySeeEveryEntityCreatesOne() {
    into("entity-entity-create")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, every-entity)",
            "idempotency.begin",
            "schemas.check(document, false)",
            "entityOperations.createEntity",
            "protocolLog.record(entity_created, an operator created an entity)",
            "idempotency.complete")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void operatorsCreateADocumentOncePerKey() {
    into("entity-item-create")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, entity)",
            "idempotency.begin",
            "schemas.check(document, false)",
            "entityOperations.create",
            "protocolLog.record(item_created, a document was created)",
            "idempotency.complete")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void anImportTakesRoomBeforeItsBodyIsReadAndIsDoneOncePerKey() {
    into("entity-items-import")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, entity)",
            "bodyRoom.take",
            "idempotency.begin",
            "entityOperations.importItems",
            "protocolLog.record(items_imported, documents were imported)",
            "idempotency.complete")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"entity-entity-create", "entity-item-create", "entity-items-import"})
  void aRepetitionWritesNothing(String route) {
    given("idempotency.begin", property("DroverReplayed", true));

    into(route).run().endsWith("idempotency.begin").stops();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "entity-data-read, authenticator.authenticate",
    "entity-data-read, authoriser.authorise",
    "entity-data-read, entityOperations.read",
    "entity-entity-create, authenticator.authenticate",
    "entity-entity-create, authoriser.authorise",
    "entity-entity-create, schemas.check",
    "entity-entity-replace, authenticator.authenticate",
    "entity-entity-replace, authoriser.authorise",
    "entity-entity-replace, schemas.check",
    "entity-items-import, authenticator.authenticate",
    "entity-items-import, authoriser.authorise",
    "entity-items-import, bodyRoom.take",
    "entity-item-create, authenticator.authenticate",
    "entity-item-create, authoriser.authorise",
    "entity-item-create, schemas.check",
    "entity-item-create, entityOperations.create",
    "entity-item-replace, authenticator.authenticate",
    "entity-item-replace, authoriser.authorise",
    "entity-item-replace, schemas.check",
    "entity-item-replace, entityOperations.replace",
    "entity-item-delete, authenticator.authenticate",
    "entity-item-delete, authoriser.authorise",
    "entity-item-delete, entityOperations.delete"
  })
  void whatIsRefusedWritesNothingAndTheRefusalIsTheAnswer(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route)
        .operation("readItem")
        .run()
        .endsWith(guard, "errorRenderer.render", "idempotency.complete")
        .endsWell();
  }
}
