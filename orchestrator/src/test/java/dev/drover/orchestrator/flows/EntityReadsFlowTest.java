package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The entity's data as the mall has it, also while central is away. */
class EntityReadsFlowTest extends FlowTest {
  EntityReadsFlowTest() {
    super("orchestrator", "12-entity-reads");
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource({
    "reads-entities-list, listEntities, listEntities",
    "reads-data-read, readEntity, readEntity",
    "reads-data-read, readItem, read",
    "reads-data-read, listItems, list"
  })
  void guardsThenTheAnswerThatSaysWhetherItIsStale(String route, String operation, String method) {
    into(route)
        .operation(operation)
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(orchestrator,operator, entity)",
            "entityReads." + method,
            "entityReads.sayStale")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @Test
  void theListOfEntitiesIsOfThisMall() {
    into("reads-entities-list")
        .header("entity_id", "mall-2")
        .run()
        .sent("authoriser.authorise", "entity_id", "mall-1")
        .sent("entityReads.listEntities", "entity_id", "mall-1");
  }

  @Test
  void anotherEntityIsLeftToTheGuard() {
    into("reads-data-read")
        .operation("readEntity")
        .header("entity_id", "mall-2")
        .run()
        .sent("authoriser.authorise", "entity_id", "mall-2");
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "reads-entities-list, authenticator.authenticate",
    "reads-entities-list, authoriser.authorise",
    "reads-data-read, authenticator.authenticate",
    "reads-data-read, authoriser.authorise",
    "reads-data-read, entityReads.read"
  })
  void whatIsRefusedIsRenderedAndNothingIsRead(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route).operation("readItem").run().endsWith(guard, "errorRenderer.render").endsWell();
  }

  @Test
  void whatNoBranchKnowsIsNotRead() {
    into("reads-data-read")
        .operation("deleteItem")
        .run()
        .calls("authenticator.authenticate", "authoriser.authorise", "entityReads.sayStale");
  }
}
