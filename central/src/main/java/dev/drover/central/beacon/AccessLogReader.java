package dev.drover.central.beacon;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.drover.engine.report.Fields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;

/** Reads access logs in the order in which they were stored. */
final class AccessLogReader {
  private static final int CHUNKS = 100;

  private final MongoCollection<Document> entries;
  private final AccessLogOrder order;

  AccessLogReader(MongoDatabase database) {
    this.entries = database.getCollection("access_logs");
    this.order = new AccessLogOrder(database);
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
              new Document("$gte", AccessLogOrder.key(entityId, from.number()))
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
      List<Document> chunks = order.find(query.chunks(at), CHUNKS);
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
    order.settle(List.of(chunk));
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
