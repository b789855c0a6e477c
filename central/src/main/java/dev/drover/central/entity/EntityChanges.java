package dev.drover.central.entity;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import dev.drover.engine.checksum.Checksums;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.Binary;

/**
 * The current documents and the history of all entities. Applying a change twice, or late, leaves
 * the newest state: a document remembers the number of the change that made it, and a deleted one
 * stays as a tombstone.
 */
final class EntityChanges {
  private static final BulkWriteOptions UNORDERED = new BulkWriteOptions().ordered(false);
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
    write(items, newest.values().stream().map(EntityChanges::toItem).toList());
    write(history, changes.stream().map(EntityChanges::toHistory).toList());
  }

  private static ReplaceOneModel<Document> toItem(Change change) {
    ItemRef item = change.item();
    Document document =
        new Document("_id", item.key())
            .append("e", item.entityId())
            .append("c", item.collection())
            .append("id", item.id())
            .append("seq", change.seq())
            .append("json", change.json());
    if (change.json() != null) {
      document.append("h", new Binary(Checksums.item(change.json())));
    }
    Bson older = Filters.and(Filters.eq("_id", item.key()), Filters.lt("seq", change.seq()));
    return new ReplaceOneModel<>(older, document, UPSERT);
  }

  private static ReplaceOneModel<Document> toHistory(Change change) {
    String id = historyKey(change.item().entityId(), change.seq());
    Document document =
        change
            .toPending()
            .append("_id", id)
            .append("e", change.item().entityId())
            .append("at", Date.from(change.at()));
    return new ReplaceOneModel<>(Filters.eq("_id", id), document, UPSERT);
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

  Optional<String> read(ItemRef item) {
    return Optional.ofNullable(items.find(Filters.eq("_id", item.key())).first())
        .map(document -> document.getString("json"));
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

  long count(String entityId, String collection) {
    return items.countDocuments(live(entityId, collection));
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
    Bson range =
        new Document(
            "_id",
            new Document("$gte", historyKey(entityId, from + 1))
                .append("$lte", historyKey(entityId, to)));
    return history
        .find(range)
        .sort(Sorts.ascending("_id"))
        .map(document -> Change.fromPending(entityId, document))
        .into(new ArrayList<>());
  }

  /** Hands the hash of each current document of an entity to a reader. */
  void hashes(String entityId, HashReader reader) {
    items
        .find(Filters.and(below(entityId), Filters.ne("json", null)))
        .projection(Projections.include("c", "id", "h"))
        .forEach(
            item ->
                reader.hash(
                    item.getString("c"),
                    item.getString("id"),
                    item.get("h", Binary.class).getData()));
  }

  /** Takes the hash of one document. */
  interface HashReader {
    void hash(String collection, String id, byte[] hash);
  }
}
