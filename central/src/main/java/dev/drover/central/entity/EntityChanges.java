package dev.drover.central.entity;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The current documents and the history of all entities. Applying a change twice, or late, leaves
 * the newest state: a document remembers the number of the change that made it, and a deleted one
 * stays as a tombstone.
 */
final class EntityChanges {
  private static final BulkWriteOptions UNORDERED = new BulkWriteOptions().ordered(false);
  private static final int CHUNK = 1000;

  /** A page of rows ends with the document that reaches so many characters. */
  private static final int PAGE_CHARS = 256 * 1024;

  private static final ReplaceOptions UPSERT = new ReplaceOptions().upsert(true);

  private final MongoCollection<Document> items;
  private final MongoCollection<Document> history;

  EntityChanges(MongoDatabase database) {
    this.items = database.getCollection("items");
    this.history = database.getCollection("changes");
  }

  /** Writes changes to the current documents and to the history; repeating it does no harm. */
  void apply(List<Change> changes) {
    if (changes.isEmpty()) {
      return;
    }
    Map<ItemRef, Change> newest = new LinkedHashMap<>();
    changes.forEach(change -> newest.put(change.item(), change));
    // The history first: whoever meets a document finds there how it came about.
    write(history, changes.stream().map(EntityChanges::toHistory).toList());
    write(items, newest.values().stream().map(EntityChanges::toItem).toList());
  }

  private static ReplaceOneModel<Document> toItem(Change change) {
    ItemRef item = change.item();
    Document document =
        change.after().toDocument().append("_id", item.key()).append("id", item.id());
    Bson older = Filters.and(Filters.eq("_id", item.key()), Filters.lt("seq", change.seq()));
    return new ReplaceOneModel<>(older, document, UPSERT);
  }

  private static ReplaceOneModel<Document> toHistory(Change change) {
    String id = historyKey(change.item().entityId(), change.seq());
    return new ReplaceOneModel<>(
        Filters.eq("_id", id), change.toPending().append("_id", id), UPSERT);
  }

  private static void write(
      MongoCollection<Document> collection, List<ReplaceOneModel<Document>> models) {
    try {
      collection.bulkWrite(models, UNORDERED);
    } catch (MongoBulkWriteException e) {
      // A duplicate key says that a newer change was there first: the upsert found nothing older.
      boolean onlyNewer =
          e.getWriteErrors().stream()
              .allMatch(error -> error.getCategory() == ErrorCategory.DUPLICATE_KEY);
      if (!onlyNewer || e.getWriteConcernError() != null) {
        throw e;
      }
    }
  }

  /** The documents as the last applied change left them, also those that it deleted. */
  Map<ItemRef, Version> read(Collection<ItemRef> wanted) {
    Map<String, ItemRef> keys = new HashMap<>();
    wanted.forEach(item -> keys.put(item.key(), item));
    Map<ItemRef, Version> read = new HashMap<>();
    items
        .find(Filters.in("_id", keys.keySet()))
        .forEach(stored -> read.put(keys.get(stored.getString("_id")), Version.of(stored)));
    return read;
  }

  List<String> list(String entityId, String collection, int offset, int limit) {
    return items
        .find(live(entityId, collection))
        .projection(Projections.include("json"))
        .sort(Sorts.ascending("_id"))
        .skip(offset)
        .limit(limit)
        .map(document -> document.getString("json"))
        .into(new ArrayList<>());
  }

  private static Bson live(String entityId, String collection) {
    return Filters.and(below(entityId + "/" + collection), Filters.ne("json", null));
  }

  private static Bson below(String prefix) {
    String[] range = ItemRef.below(prefix);
    return new Document("_id", new Document("$gte", range[0]).append("$lt", range[1]));
  }

  /** Numbers are padded, so that keys stand in the order of the history. */
  private static String historyKey(String entityId, long seq) {
    return String.format("%s/%016d", entityId, seq);
  }

  /** The changes with numbers above {@code from} and up to {@code to}, in order. */
  List<Change> between(String entityId, long from, long to) {
    List<Change> changes = new ArrayList<>();
    for (long at = from; at < to; at += CHUNK) {
      Bson range =
          new Document(
              "_id",
              new Document("$gte", historyKey(entityId, at + 1))
                  .append("$lte", historyKey(entityId, Math.min(at + CHUNK, to))));
      history
          .find(range)
          .sort(Sorts.ascending("_id"))
          .map(document -> Change.fromPending(entityId, document))
          .into(changes);
    }
    return changes;
  }

  /** The time of a change, when it is still kept. */
  Optional<Instant> time(String entityId, long seq) {
    return Optional.ofNullable(
            history
                .find(Filters.eq("_id", historyKey(entityId, seq)))
                .projection(Projections.include("at"))
                .first())
        .map(document -> document.getDate("at").toInstant());
  }

  /**
   * Documents and tombstones of a collection after an id, in order of their keys: at most {@code
   * limit}, and fewer when they are large.
   */
  Page rows(String entityId, String collection, String afterId, int limit) {
    String[] range = ItemRef.below(entityId + "/" + collection);
    String from = afterId == null ? range[0] : new ItemRef(entityId, collection, afterId).key();
    List<Row> rows = new ArrayList<>();
    long chars = 0;
    try (MongoCursor<Document> found =
        items
            .find(new Document("_id", new Document("$gt", from).append("$lt", range[1])))
            .sort(Sorts.ascending("_id"))
            .limit(limit)
            .iterator()) {
      while (chars < PAGE_CHARS && found.hasNext()) {
        Row row = row(found.next());
        rows.add(row);
        chars += row.version().exists() ? row.version().json().length() : 0;
      }
      return new Page(rows, rows.size() == limit || found.hasNext());
    }
  }

  /** The documents and tombstones of these ids, in no order. */
  List<Row> rows(String entityId, String collection, List<String> ids) {
    List<String> keys =
        ids.stream().map(id -> new ItemRef(entityId, collection, id).key()).toList();
    return items.find(Filters.in("_id", keys)).map(EntityChanges::row).into(new ArrayList<>());
  }

  private static Row row(Document stored) {
    return new Row(stored.getString("id"), Version.of(stored));
  }

  /** Forgets changes up to a number, and the tombstones that they left. */
  void forget(String entityId, long from, long to) {
    for (long at = from; at < to; at += CHUNK) {
      long end = Math.min(at + CHUNK, to);
      List<String> deleted =
          between(entityId, at, end).stream()
              .filter(change -> change.json() == null)
              .map(change -> change.item().key())
              .toList();
      items.deleteMany(
          Filters.and(
              Filters.in("_id", deleted), Filters.eq("json", null), Filters.lte("seq", end)));
      history.deleteMany(
          new Document(
              "_id",
              new Document("$gte", historyKey(entityId, at + 1))
                  .append("$lte", historyKey(entityId, end))));
    }
  }

  /** Some rows, and whether there may be more behind them. */
  record Page(List<Row> rows, boolean more) {}

  /** A document by its id, as the last applied change left it. */
  record Row(String id, Version version) {}
}
