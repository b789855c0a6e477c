package dev.drover.engine.guard;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReturnDocument;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.Document;

/**
 * Windows that all instances share: a document per key holds the times of the last {@code count}
 * requests, and one conditional write both asks and counts.
 */
public final class MongoRateWindows implements RateWindows {
  private static final int DUPLICATE_KEY = 11000;

  private final MongoCollection<Document> windows;

  /** Windows in the collection {@code rate_limits}. */
  public MongoRateWindows(MongoDatabase database) {
    this.windows = database.getCollection("rate_limits");
    windows.createIndex(
        Indexes.ascending("expires_at"), new IndexOptions().expireAfter(0L, TimeUnit.SECONDS));
  }

  @Override
  public Use count(String key, Limit limit, long now) {
    return count(key, limit, now, null);
  }

  @Override
  public Use count(String key, Limit limit, long now, String operation) {
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
      long used = hits.stream().filter(time -> time.after(start)).count();
      return new Use(true, used, hits.get(0).getTime());
    } catch (MongoException e) {
      if (e.getCode() != DUPLICATE_KEY) {
        throw e;
      }
      Document window = windows.find(new Document("_id", key)).first();
      List<Date> hits =
          window == null ? List.of(new Date(now)) : window.getList("hits", Date.class);
      boolean before =
          operation != null
              && window != null
              && window.getList("operations", String.class, List.of()).contains(operation);
      long used = before ? hits.stream().filter(time -> time.after(start)).count() : limit.count();
      return new Use(before, used, hits.get(0).getTime());
    }
  }

  private static Document last(Object value, Limit limit) {
    return new Document("$each", List.of(value)).append("$slice", -limit.count());
  }
}
