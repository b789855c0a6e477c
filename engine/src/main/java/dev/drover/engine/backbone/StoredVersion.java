package dev.drover.engine.backbone;

import de.bwaldvogel.mongo.bson.Document;
import dev.drover.engine.migrate.MongoMigrations;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ObjectDataType;

/** The schema version in the file of an embedded document store that does not run. */
public final class StoredVersion {
  private StoredVersion() {}

  /** The version; empty when the file has none, or cannot be read now. */
  public static OptionalInt of(Path file) {
    try (MVStore store = new MVStore.Builder().fileName(file.toString()).readOnly().open()) {
      return store.getMapNames().stream()
          .filter(name -> name.startsWith("databases."))
          .filter(name -> name.endsWith("." + MongoMigrations.COLLECTION))
          .map(name -> version(store, name))
          .filter(OptionalInt::isPresent)
          .findFirst()
          .orElse(OptionalInt.empty());
    } catch (MVStoreException | StackOverflowError e) {
      // in use, or damaged: others say so
      return OptionalInt.empty();
    }
  }

  private static OptionalInt version(MVStore store, String name) {
    MVMap<Object, Document> documents =
        store.openMap(
            name,
            new MVMap.Builder<Object, Document>()
                .keyType(new ObjectDataType())
                .valueType(new DocumentType()));
    Document found = documents.get(MongoMigrations.ID);
    return found != null && found.get(MongoMigrations.FIELD) instanceof Number number
        ? OptionalInt.of(number.intValue())
        : OptionalInt.empty();
  }
}
