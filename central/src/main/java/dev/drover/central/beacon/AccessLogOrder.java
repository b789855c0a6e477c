package dev.drover.central.beacon;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateManyModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.Document;

/**
 * In which order access logs came: chunks of keys, numbered for each entity without holes. A number
 * is taken by inserting the one after a number that is there, so a reader who has seen a number has
 * seen all before it.
 */
final class AccessLogOrder {
  private final MongoCollection<Document> entries;
  private final MongoCollection<Document> order;
  private final MongoCollection<Document> heads;

  AccessLogOrder(MongoDatabase database) {
    this.entries = database.getCollection("access_logs");
    this.order = database.getCollection("access_log_order");
    this.heads = database.getCollection("access_log_heads");
  }

  /** Those of the keys whose entries have no number. */
  Set<String> unnumbered(Set<String> keys) {
    return entries
        .find(Filters.and(Filters.in("_id", keys), Filters.eq("seq", null)))
        .projection(Projections.include("_id"))
        .map(document -> document.getString("_id"))
        .into(new HashSet<>());
  }

  /** Gives each batch's entries that have no number the next one, in the order of the batches. */
  void number(
      String entityId,
      Map<String, Document> documents,
      List<List<String>> batches,
      Set<String> unnumbered) {
    List<Document> chunks = new ArrayList<>();
    for (List<String> keys : batches) {
      List<String> wanting = keys.stream().filter(unnumbered::contains).toList();
      if (!wanting.isEmpty()) {
        chunks.add(chunk(wanting.stream().map(documents::get).toList(), wanting));
      }
    }
    if (chunks.isEmpty()) {
      return;
    }
    Document head = heads.find(Filters.eq("_id", entityId)).first();
    append(entityId, chunks, head == null ? 1 : head.getLong("last") + 1);
    settle(chunks);
  }

  private static Document chunk(List<Document> documents, List<String> keys) {
    List<Date> times = documents.stream().map(document -> document.getDate("at")).toList();
    return new Document("beacon_id", documents.get(0).getString("beacon_id"))
        .append("first", Collections.min(times))
        .append("last", Collections.max(times))
        .append("keys", keys);
  }

  /** Inserts chunks under the numbers from here on; others may take some of them first. */
  private void append(String entityId, List<Document> chunks, long from) {
    long number = from;
    for (int done = 0; done < chunks.size(); ) {
      List<Document> rest = chunks.subList(done, chunks.size());
      for (int i = 0; i < rest.size(); i++) {
        rest.get(i).append("_id", key(entityId, number + i)).append("number", number + i);
      }
      try {
        order.insertMany(rest);
        done = chunks.size();
      } catch (MongoBulkWriteException e) {
        refuseOthers(e);
        int taken = e.getWriteErrors().get(0).getIndex();
        done += taken;
        number += taken + 1;
      }
    }
    heads.updateOne(
        Filters.eq("_id", entityId),
        Updates.max("last", chunks.get(chunks.size() - 1).getLong("number")),
        new UpdateOptions().upsert(true));
  }

  /** The first number that an entry is given stays: two writers may have named it. */
  void settle(List<Document> chunks) {
    List<UpdateManyModel<Document>> updates =
        chunks.stream()
            .map(
                chunk ->
                    new UpdateManyModel<Document>(
                        Filters.and(
                            Filters.in("_id", chunk.getList("keys", String.class)),
                            Filters.eq("seq", null)),
                        Updates.set("seq", chunk.getLong("number"))))
            .toList();
    entries.bulkWrite(updates);
  }

  /** The key of a number. */
  static String key(String entityId, long number) {
    return String.format("%s/%016d", entityId, number);
  }

  /** Some chunks that a filter takes, in order. */
  List<Document> find(Document filter, int limit) {
    return order.find(filter).sort(Sorts.ascending("_id")).limit(limit).into(new ArrayList<>());
  }

  /** Duplicates are expected; whatever else went wrong is not. */
  static void refuseOthers(MongoBulkWriteException e) {
    boolean onlyKnown =
        e.getWriteErrors().stream()
            .allMatch(error -> error.getCategory() == ErrorCategory.DUPLICATE_KEY);
    if (!onlyKnown || e.getWriteConcernError() != null) {
      throw e;
    }
  }
}
