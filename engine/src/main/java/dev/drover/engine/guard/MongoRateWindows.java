package dev.drover.engine.guard;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReturnDocument;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bson.Document;

/**
 * Windows that all instances share: a document per key holds the times of the last {@code count}
 * requests, and one conditional write both asks and counts.
 */
public final class MongoRateWindows implements RateWindows {
  private static final int DUPLICATE_KEY = 11000;

  /** How far the clocks of two centrals may be apart, in milliseconds. */
  private static final long APART = 1_000;

  private final MongoCollection<Document> windows;
  private final Clock clock;

  /** Windows in the collection {@code rate_limits}. */
  public MongoRateWindows(MongoDatabase database, Clock clock) {
    this.clock = clock;
    this.windows = database.getCollection("rate_limits");
    windows.createIndex(
        Indexes.ascending("expires_at"), new IndexOptions().expireAfter(0L, TimeUnit.SECONDS));
  }

  @Override
  public Use count(String key, Limit limit) {
    return count(key, limit, null);
  }

  @Override
  public Use count(String key, Limit limit, String operation) {
    long now = clock.millis();
    return tryToCount(key, limit, now, operation)
        .or(
            () ->
                forgetFuture(key, now) ? tryToCount(key, limit, now, operation) : Optional.empty())
        .orElseGet(() -> full(key, limit, now, operation));
  }

  private Optional<Use> tryToCount(String key, Limit limit, long now, String operation) {
    Date start = new Date(now - limit.window().toMillis());
    String oldest = "hits." + (limit.count() - 1);
    Document free =
        new Document("_id", key)
            .append(
                "$or",
                List.of(
                    new Document(oldest, new Document("$exists", false)),
                    new Document("hits.0", new Document("$lte", start))));
    Document push = new Document("hits", last(new Date(now), limit));
    if (operation != null) {
      free.append("operations", new Document("$ne", operation));
      push.append("operations", last(operation, limit));
    }
    Document hit =
        new Document("$push", push)
            .append("$set", new Document("expires_at", new Date(now + limit.window().toMillis())));
    try {
      Document after =
          windows.findOneAndUpdate(
              free,
              hit,
              new FindOneAndUpdateOptions().upsert(true).returnDocument(ReturnDocument.AFTER));
      List<Date> hits = after.getList("hits", Date.class);
      return Optional.of(new Use(true, used(hits, start), freeIn(hits, limit, now)));
    } catch (MongoException e) {
      if (e.getCode() != DUPLICATE_KEY) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /**
   * Forgets what a clock counted that was ahead and is not any more; otherwise a minute of it would
   * shut callers out for as long as it was ahead. Asked only where a window is full.
   */
  private boolean forgetFuture(String key, long now) {
    Document future = new Document("hits", new Document("$gt", new Date(now + APART)));
    Document known = new Document("_id", key).append("hits", future.get("hits"));
    return windows.updateOne(known, new Document("$pull", future)).getModifiedCount() == 1;
  }

  private Use full(String key, Limit limit, long now, String operation) {
    Date start = new Date(now - limit.window().toMillis());
    Document window = windows.find(new Document("_id", key)).first();
    List<Date> hits = window == null ? List.of(new Date(now)) : window.getList("hits", Date.class);
    boolean before =
        operation != null
            && window != null
            && window.getList("operations", String.class, List.of()).contains(operation);
    long used = before ? used(hits, start) : limit.count();
    return new Use(before, used, freeIn(hits, limit, now));
  }

  private static long used(List<Date> hits, Date start) {
    return hits.stream().filter(time -> time.after(start)).count();
  }

  private static Duration freeIn(List<Date> hits, Limit limit, long now) {
    long oldest = hits.isEmpty() ? now : hits.get(0).getTime();
    return Duration.ofMillis(oldest + limit.window().toMillis() - now);
  }

  private static Document last(Object value, Limit limit) {
    return new Document("$each", List.of(value)).append("$slice", -limit.count());
  }
}
