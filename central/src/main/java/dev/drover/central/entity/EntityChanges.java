package dev.drover.central.entity;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Sorts;
import dev.drover.engine.checksum.Checksums;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
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
    items.createIndex(Indexes.ascending("e", "c", "id"));
    history.createIndex(Indexes.ascending("e", "seq"));
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
    String id = change.item().entityId() + "/" + change.seq();
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
        .sort(Sorts.ascending("id"))
        .skip(offset)
        .limit(limit)
        .map(document -> document.getString("json"))
        .into(new ArrayList<>());
  }

  long count(String entityId, String collection) {
    return items.countDocuments(live(entityId, collection));
  }

  private static Bson live(String entityId, String collection) {
    return Filters.and(
        Filters.eq("e", entityId), Filters.eq("c", collection), Filters.ne("json", null));
  }

  /** The changes with numbers above {@code from} and up to {@code to}, in order. */
  List<Change> between(String entityId, long from, long to) {
    return history
        .find(
            Filters.and(Filters.eq("e", entityId), Filters.gt("seq", from), Filters.lte("seq", to)))
        .sort(Sorts.ascending("seq"))
        .map(document -> Change.fromPending(entityId, document))
        .into(new ArrayList<>());
  }

  /** The global checksum of an entity's current documents. */
  String checksum(String entityId) {
    Map<String, Map<String, byte[]>> hashes = new HashMap<>();
    Checksums.COLLECTIONS.forEach(name -> hashes.put(name, new HashMap<>()));
    items
        .find(Filters.and(Filters.eq("e", entityId), Filters.ne("json", null)))
        .projection(Projections.include("c", "id", "h"))
        .forEach(
            item ->
                hashes
                    .get(item.getString("c"))
                    .put(item.getString("id"), item.get("h", Binary.class).getData()));
    Map<String, String> roots = new HashMap<>();
    hashes.forEach((name, items) -> roots.put(name, Checksums.collection(items)));
    return Checksums.global(roots);
  }
}
