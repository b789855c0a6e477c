package dev.drover.engine.backbone;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ObjectDataType;

/** A Mongo backend that answers a write command only after it is durable. */
final class DurableMongoBackend extends H2Backend {
  /**
   * Everything that is not named here counts as a write, so that a forgotten name costs time only.
   */
  private static final Set<String> READS =
      Set.of(
          "find",
          "getmore",
          "killcursors",
          "count",
          "distinct",
          "listcollections",
          "listindexes",
          "listdatabases",
          "ping",
          "ismaster",
          "hello",
          "buildinfo",
          "serverstatus",
          "whatsmyuri",
          "hostinfo",
          "getcmdlineopts",
          "getfreemonitoringstatus",
          "getlog",
          "getparameter",
          "dbstats",
          "collstats",
          "validate",
          "explain",
          "endsessions",
          "connectionstatus",
          "getlasterror",
          "top");

  private final GroupCommit commits;

  DurableMongoBackend(MVStore store, GroupCommit commits) {
    super(store);
    this.commits = commits;
  }

  @Override
  protected MongoDatabase openOrCreateDatabase(String name) {
    MVStore store = getMvStore();
    CursorRegistry cursors = getCursorRegistry();
    // Anonymous, so that the two are there when the constructor of H2Database opens collections.
    return new H2Database(name, store, cursors) {
      @Override
      protected MongoCollection<Object> openOrCreateCollection(
          String collection, CollectionOptions options) {
        String full = getFullCollectionNamespace(collection);
        return new KeyedCollection(
            this, collection, options, documents(full), store.openMap("meta." + full), cursors);
      }

      private MVMap<Object, Document> documents(String full) {
        return store.openMap(
            "databases." + full,
            new MVMap.Builder<Object, Document>()
                .keyType(new ObjectDataType())
                .valueType(new DocumentType()));
      }

      @Override
      protected Index<Object> openOrCreateUniqueIndex(
          String collection, String index, List<IndexKey> keys, boolean sparse) {
        if (keys.size() != 1 || !keys.get(0).getKey().equals("_id")) {
          return super.openOrCreateUniqueIndex(collection, index, keys, sparse);
        }
        String full = getFullCollectionNamespace(collection);
        // An older version kept text ids there, too.
        store.removeMap(full + "._index_" + index);
        return new IdIndex(index, keys, documents(full), store.openMap(full + "._ids_" + index));
      }
    };
  }

  @Override
  public Document handleCommand(Channel channel, String database, String command, Document query) {
    if (isRead(command, query)) {
      return super.handleCommand(channel, database, command, query);
    }
    return commits.write(() -> super.handleCommand(channel, database, command, query));
  }

  private static boolean isRead(String command, Document query) {
    String name = command.toLowerCase(Locale.ROOT);
    if (!name.equals("aggregate")) {
      return READS.contains(name);
    }
    return query.get("pipeline") instanceof List<?> stages
        && stages.stream()
            .noneMatch(
                stage ->
                    stage instanceof Document d
                        && (d.containsKey("$out") || d.containsKey("$merge")));
  }

  /** Durable commits made. */
  long commits() {
    return commits.commits();
  }

  /** Why this store does nothing any more, or null while it works. */
  RuntimeException broken() {
    RuntimeException failed = commits.failure();
    return failed != null ? failed : getMvStore().getPanicException();
  }

  /**
   * Gives no cursor an id that a client may know from this other backend: with it the client would
   * go on in somebody else's answer.
   */
  void skipCursorsOf(DurableMongoBackend before) {
    long last = before.getCursorRegistry().generateCursorId();
    // the registry counts, and cannot be told where to begin
    while (getCursorRegistry().generateCursorId() < last) {
      continue;
    }
  }

  /** Lets go of a broken store's file. */
  void abandon() {
    getMvStore().closeImmediately();
  }

  @Override
  public void close() {
    commits.close();
    super.close();
  }
}
