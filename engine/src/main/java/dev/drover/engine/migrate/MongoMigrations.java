package dev.drover.engine.migrate;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import org.bson.Document;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The migrations of a document store. Its version is a document of the collection {@code schema}.
 *
 * <p>Several processes may use the store, and not every store of documents has transactions: so a
 * step is one that does no harm when it is done twice or by two at once, and the version is written
 * when it is done, by compare-and-set.
 */
public final class MongoMigrations {
  /** The collection of the version. */
  public static final String COLLECTION = "schema";

  /** The id of the document with the version. */
  public static final String ID = "version";

  /** The field of the version. */
  public static final String FIELD = "version";

  private static final Logger LOG = LoggerFactory.getLogger("protocol");

  private final MongoDatabase database;
  private final MongoCollection<Document> schema;
  private final Migrations<MongoDatabase> known;

  /** The version of this store, and what this build knows. */
  public MongoMigrations(MongoDatabase database, Migrations<MongoDatabase> known) {
    this.database = database;
    this.schema = database.getCollection(COLLECTION);
    this.known = known;
  }

  /** The version that the store has; 0 for a new one, and for one of a build without versions. */
  public int version() {
    Document found = schema.find(Filters.eq("_id", ID)).first();
    return found == null ? 0 : found.getInteger(FIELD);
  }

  /**
   * Brings the store to the version that this build knows.
   *
   * @param store its name for people
   * @throws dev.drover.engine.start.StartRefused when it is of a newer build
   */
  public void migrate(String store) {
    for (int from = version(); from != known.latest(); from = version()) {
      known.refuseUnknown(store, from);
      step(store, from);
    }
    LOG.atInfo()
        .addKeyValue("event", "store_opened")
        .addKeyValue("store", store)
        .addKeyValue("version", known.latest())
        .log("{} has schema version {}", store, known.latest());
  }

  private void step(String store, int from) {
    Migration<MongoDatabase> step = known.after(from);
    try {
      step.step().apply(database);
    } catch (Exception e) {
      throw new IllegalStateException(
          store + ": migration " + step.name() + " failed: " + e.getMessage(), e);
    }
    if (done(from)) {
      LOG.atInfo()
          .addKeyValue("event", "store_migrated")
          .addKeyValue("store", store)
          .addKeyValue("version", from + 1)
          .log("{} is brought to schema version {}: {}", store, from + 1, step.name());
    }
  }

  /** False when another process was faster. */
  private boolean done(int from) {
    if (from > 0) {
      return schema
              .updateOne(
                  Filters.and(Filters.eq("_id", ID), Filters.eq(FIELD, from)),
                  Updates.set(FIELD, from + 1))
              .getModifiedCount()
          == 1;
    }
    try {
      schema.insertOne(new Document("_id", ID).append(FIELD, 1));
      return true;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
        throw e;
      }
      return false;
    }
  }
}
