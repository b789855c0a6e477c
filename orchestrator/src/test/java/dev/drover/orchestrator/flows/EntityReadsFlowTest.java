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

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "reads-entities-list, entityReads.listEntities, entityReads.sayStale",
    "reads-entity-read, entityReads.readEntity, entityReads.sayStale",
    "reads-item-read, entityReads.read, entityReads.sayStale",
    // an answer that is written while it is sent must have its headers before
    "reads-items-list, entityReads.sayStale, entityReads.list"
  })
  void guardsThenTheAnswerThatSaysWhetherItIsStale(String route, String first, String second) {
    into(route)
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(orchestrator,operator, entity)",
            first,
            second)
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
    into("reads-entity-read")
        .header("entity_id", "mall-2")
        .run()
        .sent("authoriser.authorise", "entity_id", "mall-2");
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "reads-entities-list, authenticator.authenticate",
    "reads-entities-list, authoriser.authorise",
    "reads-entity-read, authenticator.authenticate",
    "reads-entity-read, authoriser.authorise",
    "reads-items-list, authenticator.authenticate",
    "reads-items-list, authoriser.authorise",
    "reads-items-list, entityReads.list",
    "reads-item-read, authenticator.authenticate",
    "reads-item-read, authoriser.authorise",
    "reads-item-read, entityReads.read"
  })
  void whatIsRefusedIsRenderedAndNothingIsRead(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route).run().endsWith(guard, "errorRenderer.render").endsWell();
  }
}
