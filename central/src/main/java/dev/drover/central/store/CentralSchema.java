package dev.drover.central.store;

import com.mongodb.client.MongoDatabase;
import dev.drover.engine.migrate.Migration;
import dev.drover.engine.migrate.Migrations;
import java.util.List;

/**
 * All forms that central's document store has had. Who changes the form of a document adds a step,
 * and a test that opens a store of the version before. Each room makes the indexes of its own
 * collections when it starts; an index is no form.
 */
public final class CentralSchema {
  /** From a new store, or one of a build without versions, to what this build reads. */
  public static final Migrations<MongoDatabase> MIGRATIONS =
      new Migrations<>(
          List.of(
              new Migration<>(
                  "documents-of-builds-without-a-version",
                  database -> {
                    // they are read as they are
                  }),
              new Migration<>(
                  "events-in-the-documents-that-caused-them", EventsWithTheirCause::apply)));

  private CentralSchema() {}
}
