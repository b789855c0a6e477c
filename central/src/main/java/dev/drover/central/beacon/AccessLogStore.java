package dev.drover.central.beacon;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.Updates;
import dev.drover.engine.report.AccessLog;
import dev.drover.engine.report.Fields;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
   * Stores what is new of a batch.
   *
   * @return how many entries were new
   */
  int store(String entityId, String beaconId, List<AccessLog> logs, Optional<String> requestId) {
    Map<String, Document> fresh = new LinkedHashMap<>();
    for (AccessLog log : logs) {
      String key = entityId + "/" + beaconId + "/" + log.key();
      fresh.putIfAbsent(
          key,
          new Document("_id", key)
              .append("beacon_id", beaconId)
              .append("at", Date.from(log.at()))
              .append("json", log.json())
              .append("request_id", requestId.orElse(null))
              .append("stored_at", Date.from(clock.instant())));
    }
    if (fresh.isEmpty()) {
      return 0;
    }
    int stored = insert(fresh.values());
    List<String> keys = List.copyOf(fresh.keySet());
    List<String> unnumbered = stored == keys.size() ? keys : unnumbered(keys);
    if (!unnumbered.isEmpty()) {
      long number = append(entityId, beaconId, unnumbered, fresh);
      settle(unnumbered, number);
    }
    return stored;
  }

  private int insert(Collection<Document> fresh) {
    try {
      entries.insertMany(List.copyOf(fresh), UNORDERED);
      return fresh.size();
    } catch (MongoBulkWriteException e) {
      boolean onlyKnown =
          e.getWriteErrors().stream()
              .allMatch(error -> error.getCategory() == ErrorCategory.DUPLICATE_KEY);
      if (!onlyKnown || e.getWriteConcernError() != null) {
        throw e;
      }
      return fresh.size() - e.getWriteErrors().size();
    }
  }

  /** Those of the keys, in their order, whose entries have no number. */
  private List<String> unnumbered(List<String> keys) {
    Set<String> found =
        entries
            .find(Filters.and(Filters.in("_id", keys), Filters.eq("seq", null)))
            .projection(Projections.include("_id"))
            .map(document -> document.getString("_id"))
            .into(new HashSet<>());
    return keys.stream().filter(found::contains).toList();
  }

  /** Takes the next number of the entity for these entries. */
  private long append(
      String entityId, String beaconId, List<String> keys, Map<String, Document> documents) {
    Date first = null;
    Date last = null;
    for (String key : keys) {
      Date at = documents.get(key).getDate("at");
      first = first == null || at.before(first) ? at : first;
      last = last == null || at.after(last) ? at : last;
    }
    Document head = heads.find(Filters.eq("_id", entityId)).first();
    for (long number = head == null ? 1 : head.getLong("last") + 1; ; number++) {
      Document chunk =
          new Document("_id", orderKey(entityId, number))
              .append("number", number)
              .append("beacon_id", beaconId)
              .append("first", first)
              .append("last", last)
              .append("keys", keys);
      try {
        order.insertOne(chunk);
        heads.updateOne(
            Filters.eq("_id", entityId),
            Updates.max("last", number),
            new UpdateOptions().upsert(true));
        return number;
      } catch (MongoWriteException e) {
        if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
          throw e;
        }
      }
    }
  }

  /** The first number that an entry is given stays: two writers may have named it. */
  private void settle(List<String> keys, long number) {
    entries.updateMany(
        Filters.and(Filters.in("_id", keys), Filters.eq("seq", null)), Updates.set("seq", number));
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
    settle(keys, number);
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
