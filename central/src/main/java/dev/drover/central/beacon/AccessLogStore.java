package dev.drover.central.beacon;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateManyModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.drover.engine.guard.Operation;
import dev.drover.engine.report.AccessLog;
import dev.drover.engine.report.AccessLogBatch;
import dev.drover.engine.report.Fields;
import dev.drover.engine.report.RequestPage;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.Document;

/**
 * The access logs of all entities, each once. An entry is a document whose key is its own name, so
 * storing it again fails; {@code access_log_order} then says in which order entries came. The
 * numbers there have no holes: each is taken by inserting the one after a number that is there, so
 * a reader who has seen a number has seen all before it. A crash between the two writes leaves
 * entries without a number; the repetition of their batch gives them one.
 */
final class AccessLogStore {
  private static final InsertManyOptions UNORDERED = new InsertManyOptions().ordered(false);
  private static final int CHUNKS = 100;

  private final MongoCollection<Document> entries;
  private final MongoCollection<Document> order;
  private final MongoCollection<Document> heads;
  private final Clock clock;

  AccessLogStore(MongoDatabase database, Clock clock) {
    this.entries = database.getCollection("access_logs");
    this.order = database.getCollection("access_log_order");
    this.heads = database.getCollection("access_log_heads");
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
    number(entityId, fresh, keys, known.isEmpty() ? fresh.keySet() : unnumbered(fresh.keySet()));
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
      refuseOthers(e);
      return e.getWriteErrors().stream()
          .map(error -> fresh.get(error.getIndex()).getString("_id"))
          .collect(Collectors.toSet());
    }
  }

  private static void refuseOthers(MongoBulkWriteException e) {
    boolean onlyKnown =
        e.getWriteErrors().stream()
            .allMatch(error -> error.getCategory() == ErrorCategory.DUPLICATE_KEY);
    if (!onlyKnown || e.getWriteConcernError() != null) {
      throw e;
    }
  }

  /** Those of the keys whose entries have no number. */
  private Set<String> unnumbered(Set<String> keys) {
    return entries
        .find(Filters.and(Filters.in("_id", keys), Filters.eq("seq", null)))
        .projection(Projections.include("_id"))
        .map(document -> document.getString("_id"))
        .into(new HashSet<>());
  }

  /** Gives each batch's entries that have no number the next one, in the order of the batches. */
  private void number(
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
        rest.get(i).append("_id", orderKey(entityId, number + i)).append("number", number + i);
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
  private void settle(List<Document> chunks) {
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

  private static String orderKey(String entityId, long number) {
    return String.format("%s/%016d", entityId, number);
  }

  /** Where a reader stands: after entry {@code index} of chunk {@code number}. */
  record Position(long number, int index) {
    static final Position START = new Position(0, 0);

    String text() {
      return number + "-" + index;
    }

    static Position parse(String text) {
      if (!text.matches("\\d{1,15}-\\d{1,6}")) {
        throw Fields.invalid("cursor", "This is no cursor of a list of access logs");
      }
      int dash = text.indexOf('-');
      return new Position(
          Long.parseLong(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1)));
    }
  }

  /** What a reader looks for. */
  record Query(
      String entityId,
      Optional<String> beaconId,
      Optional<Instant> since,
      Optional<Instant> until) {
    private Document chunks(Position from) {
      Document filter =
          new Document(
              "_id",
              new Document("$gte", orderKey(entityId, from.number()))
                  .append("$lt", entityId + "0"));
      beaconId.ifPresent(id -> filter.append("beacon_id", id));
      since.ifPresent(time -> filter.append("last", new Document("$gte", Date.from(time))));
      until.ifPresent(time -> filter.append("first", new Document("$lt", Date.from(time))));
      return filter;
    }

    private boolean wants(Document entry) {
      Instant at = entry.getDate("at").toInstant();
      return since.map(time -> !at.isBefore(time)).orElse(true)
          && until.map(at::isBefore).orElse(true);
    }
  }

  /** Some entries in stored order, where they end, and whether more follow. */
  record Page(List<Document> entries, Position end, boolean more) {}

  /** A page of entries, in the order in which they were stored. */
  Page read(Query query, Position from, int limit) {
    List<Document> found = new ArrayList<>();
    Position at = from;
    while (true) {
      List<Document> chunks =
          order
              .find(query.chunks(at))
              .sort(Sorts.ascending("_id"))
              .limit(CHUNKS)
              .into(new ArrayList<>());
      for (Document chunk : chunks) {
        long number = chunk.getLong("number");
        List<Document> entries = entries(chunk);
        for (int i = at.number() == number ? at.index() : 0; i < entries.size(); i++) {
          if (query.wants(entries.get(i))) {
            if (found.size() == limit) {
              return new Page(found, at, true);
            }
            found.add(entries.get(i));
          }
          at = new Position(number, i + 1);
        }
        at = new Position(number, entries.size());
      }
      if (chunks.size() < CHUNKS) {
        return new Page(found, at, false);
      }
      at = new Position(at.number() + 1, 0);
    }
  }

  /** The entries that have this chunk's number; a reader may be here before their writer is. */
  private List<Document> entries(Document chunk) {
    List<String> keys = chunk.getList("keys", String.class);
    long number = chunk.getLong("number");
    settle(List.of(chunk));
    Map<String, Document> byKey = new HashMap<>();
    entries
        .find(Filters.in("_id", keys))
        .forEach(entry -> byKey.put(entry.getString("_id"), entry));
    return keys.stream()
        .map(byKey::get)
        .filter(entry -> entry != null && entry.getLong("seq") == number)
        .toList();
  }
}
