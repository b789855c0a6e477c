package dev.drover.central.beacon;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.Projections;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.report.AccessLog;
import dev.drover.engine.report.AccessLogBatch;
import dev.drover.engine.report.RequestPage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.Document;

/**
 * The access logs of all entities, each once. An entry is a document whose key is its own name, so
 * storing it again fails; {@link AccessLogOrder} then says in which order entries came. A crash
 * between the two writes leaves entries without a number; the repetition of their batch gives them
 * one.
 */
final class AccessLogStore {
  private static final InsertManyOptions UNORDERED = new InsertManyOptions().ordered(false);

  private final MongoCollection<Document> entries;
  private final AccessLogOrder order;
  private final Clock clock;

  AccessLogStore(MongoDatabase database, Clock clock) {
    this.entries = database.getCollection("access_logs");
    this.order = new AccessLogOrder(database);
    this.clock = clock;
  }

  /**
   * Stores what is new of some batches. They share each of the four writes, whatever their number;
   * each write is durable before the next one.
   *
   * @param operations which operation stores each batch; what it stored before counts as new
   * @return how many entries of each batch were new
   */
  List<Integer> store(String entityId, List<AccessLogBatch> batches, List<Operation> operations) {
    Map<String, Document> fresh = new LinkedHashMap<>();
    List<List<String>> keys = new ArrayList<>();
    for (int i = 0; i < batches.size(); i++) {
      AccessLogBatch batch = batches.get(i);
      List<String> own = new ArrayList<>();
      for (AccessLog log : batch.logs()) {
        String key = entityId + "/" + batch.beaconId() + "/" + log.key();
        if (fresh.putIfAbsent(key, document(key, batch, log, operations.get(i))) == null) {
          own.add(key);
        }
      }
      keys.add(own);
    }
    if (fresh.isEmpty()) {
      return keys.stream().map(List::size).toList();
    }
    Set<String> known = insert(List.copyOf(fresh.values()));
    order.number(
        entityId, fresh, keys, known.isEmpty() ? fresh.keySet() : order.unnumbered(fresh.keySet()));
    Set<String> foreign = foreign(known, fresh);
    return keys.stream()
        .map(own -> (int) own.stream().filter(key -> !foreign.contains(key)).count())
        .toList();
  }

  private Document document(String key, AccessLogBatch batch, AccessLog log, Operation operation) {
    return new Document("_id", key)
        .append("beacon_id", batch.beaconId())
        .append("at", Date.from(log.at()))
        .append("json", log.json())
        .append("request_id", batch.answers().map(RequestPage::requestId).orElse(null))
        .append("stored_by", operation.id().orElse(null))
        .append("stored_at", Date.from(clock.instant()));
  }

  /** Those of the known keys that another operation has stored, or one without a key. */
  private Set<String> foreign(Set<String> known, Map<String, Document> fresh) {
    boolean keyed = known.stream().anyMatch(key -> fresh.get(key).get("stored_by") != null);
    if (!keyed) {
      return known;
    }
    Set<String> foreign = new HashSet<>(known);
    entries
        .find(Filters.in("_id", known))
        .projection(Projections.include("_id", "stored_by"))
        .forEach(
            stored -> {
              String by = stored.getString("stored_by");
              if (by != null && by.equals(fresh.get(stored.getString("_id")).get("stored_by"))) {
                foreign.remove(stored.getString("_id"));
              }
            });
    return foreign;
  }

  /** Stores entries; returns the keys of those that were there. */
  private Set<String> insert(List<Document> fresh) {
    try {
      entries.insertMany(fresh, UNORDERED);
      return Set.of();
    } catch (MongoBulkWriteException e) {
      AccessLogOrder.refuseOthers(e);
      return e.getWriteErrors().stream()
          .map(error -> fresh.get(error.getIndex()).getString("_id"))
          .collect(Collectors.toSet());
    }
  }
}
