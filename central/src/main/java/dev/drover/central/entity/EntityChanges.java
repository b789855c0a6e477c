package dev.drover.central.entity;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.MongoIterable;
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
  static final int PAGE_CHARS = 256 * 1024;

  /** What the database sends at once is in memory too, also what is not read of it. */
  private static final int BATCH = 32;

  private static final Bson WITHOUT_TEXT = Projections.exclude("json", "before.json");
  private static final Bson WITHOUT_TEXT_BEFORE = Projections.exclude("before.json");

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

  /**
   * The id of the live document that stands at a place of a collection; empty behind its end.
   *
   * @param place 0 for the first one
   */
  Optional<String> idAt(String entityId, String collection, int place) {
    return Optional.ofNullable(
            items
                .find(live(entityId, collection))
                .projection(Projections.include("id"))
                .sort(Sorts.ascending("_id"))
                .skip(place)
                .limit(1)
                .first())
        .map(document -> document.getString("id"));
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

  /**
   * The changes with numbers above {@code from} and up to {@code to}, in order, without the text of
   * the documents: however many and large they are, little of them is in memory.
   */
  List<Change> between(String entityId, long from, long to) {
    List<Change> changes = new ArrayList<>();
    for (long at = from; at < to; at += CHUNK) {
      long end = Math.min(at + CHUNK, to);
      find(entityId, range(entityId, at, end), WITHOUT_TEXT).into(changes);
    }
    return changes;
  }

  /** The same with the documents after the changes: the caller asks for few at a time. */
  List<Change> documents(String entityId, long from, long to) {
    return find(entityId, range(entityId, from, to), WITHOUT_TEXT_BEFORE).into(new ArrayList<>());
  }

  /** The changes of these numbers, in order, with the documents after them. */
  List<Change> documents(String entityId, Collection<Long> numbers) {
    return find(entityId, keys(entityId, numbers), WITHOUT_TEXT_BEFORE).into(new ArrayList<>());
  }

  /** What a change met. */
  Version before(String entityId, long number) {
    Change change = find(entityId, keys(entityId, List.of(number)), new Document()).first();
    if (change == null) {
      throw forgotten(entityId, number);
    }
    return change.before();
  }

  private MongoIterable<Change> find(String entityId, Bson which, Bson projection) {
    return history
        .find(which)
        .projection(projection)
        .sort(Sorts.ascending("_id"))
        .map(document -> Change.fromPending(entityId, document));
  }

  /**
   * The way back of documents that were changed after a moment.
   *
   * @param newest the number of the change that made each document what it is, above {@code seq}
   * @return by that number the number of the document's first change after {@code seq}
   */
  Map<Long, Long> firstAfter(String entityId, long seq, Collection<Long> newest) {
    Map<Long, Long> first = new HashMap<>();
    Map<Long, Long> open = new HashMap<>();
    newest.forEach(number -> open.put(number, number));
    while (!open.isEmpty()) {
      List<Change> steps =
          find(entityId, keys(entityId, open.keySet()), WITHOUT_TEXT).into(new ArrayList<>());
      if (steps.size() != open.size()) {
        throw forgotten(entityId, open.keySet().iterator().next());
      }
      for (Change step : steps) {
        long asked = open.remove(step.seq());
        if (step.before().seq() > seq) {
          open.put(step.before().seq(), asked);
        } else {
          first.put(asked, step.seq());
        }
      }
    }
    return first;
  }

  private static IllegalStateException forgotten(String entityId, long number) {
    return new IllegalStateException(
        "change " + number + " of " + entityId + " was forgotten while it was read");
  }

  private static Bson range(String entityId, long from, long to) {
    return new Document(
        "_id",
        new Document("$gte", historyKey(entityId, from + 1))
            .append("$lte", historyKey(entityId, to)));
  }

  private static Bson keys(String entityId, Collection<Long> numbers) {
    return Filters.in("_id", numbers.stream().map(at -> historyKey(entityId, at)).toList());
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
    return page(new Document("_id", new Document("$gt", from).append("$lt", range[1])), limit);
  }

  /**
   * The documents and tombstones of these ids, in order of their keys; fewer when they are large.
   */
  Page rows(String entityId, String collection, List<String> ids) {
    List<String> keys =
        ids.stream().map(id -> new ItemRef(entityId, collection, id).key()).toList();
    return page(Filters.in("_id", keys), ids.size());
  }

  private Page page(Bson which, int limit) {
    List<Row> rows = new ArrayList<>();
    long chars = 0;
    try (MongoCursor<Document> found =
        items.find(which).sort(Sorts.ascending("_id")).limit(limit).batchSize(BATCH).iterator()) {
      while (chars < PAGE_CHARS && found.hasNext()) {
        Row row = row(found.next());
        rows.add(row);
        chars += row.version().exists() ? row.version().json().length() : 0;
      }
      return new Page(rows, rows.size() == limit || found.hasNext());
    }
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
              .filter(change -> !change.after().exists())
              .map(change -> change.item().key())
              .toList();
      items.deleteMany(
          Filters.and(
              Filters.in("_id", deleted), Filters.eq("json", null), Filters.lte("seq", end)));
      history.deleteMany(range(entityId, at, end));
    }
  }

  /** Some rows, and whether there may be more behind them. */
  record Page(List<Row> rows, boolean more) {}

  /** A document by its id, as the last applied change left it. */
  record Row(String id, Version version) {}
}
