package dev.drover.central;

import com.mongodb.MongoException;
import com.mongodb.event.CommandFailedEvent;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandSucceededEvent;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import java.util.Set;

/**
 * Tells {@code /health} how the last write to a document store of others went: a primary that takes
 * no writes answers every ping.
 */
final class WriteOutcomes implements CommandListener {
  private static final String PART = "database-writes";
  private static final Set<String> WRITES = Set.of("insert", "update", "delete", "findAndModify");

  /** DuplicateKey and WriteConflict: answers to a write, not failures of the store. */
  private static final Set<Integer> ANSWERS = Set.of(11_000, 112);

  private final Conditions conditions;

  WriteOutcomes(Conditions conditions) {
    this.conditions = conditions;
  }

  @Override
  public void commandSucceeded(CommandSucceededEvent event) {
    if (!WRITES.contains(event.getCommandName())) {
      return;
    }
    if (event.getResponse().containsKey("writeConcernError")) {
      fails(event.getResponse().get("writeConcernError").toString());
    } else {
      conditions.well(PART);
    }
  }

  @Override
  public void commandFailed(CommandFailedEvent event) {
    boolean answer =
        event.getThrowable() instanceof MongoException e && ANSWERS.contains(e.getCode());
    if (WRITES.contains(event.getCommandName()) && !answer) {
      fails(event.getThrowable().getMessage());
    }
  }

  private void fails(String cause) {
    conditions.fails(
        PART,
        "database",
        Severity.UNHEALTHY,
        "the document store refuses a write: " + cause,
        "mend the store that DATABASE_URL names; central goes on by itself");
  }
}
