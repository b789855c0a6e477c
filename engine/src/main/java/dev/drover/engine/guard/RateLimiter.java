package dev.drover.engine.guard;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReturnDocument;
import dev.drover.engine.crypto.Principal;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.bson.Document;

/**
 * A sliding-window limit that all instances share: one document per caller and limit holds the
 * times of the last {@code count} requests, and one conditional write both asks and counts. Answers
 * carry {@code X-RateLimit-Limit}, {@code -Remaining} and {@code -Reset}, a refusal {@code
 * Retry-After}.
 */
public final class RateLimiter {
  private static final int DUPLICATE_KEY = 11000;

  private final MongoCollection<Document> windows;
  private final Clock clock;

  /** A limiter on the collection {@code rate_limits}. */
  public RateLimiter(MongoDatabase database, Clock clock) {
    this.windows = database.getCollection("rate_limits");
    this.clock = clock;
    windows.createIndex(
        Indexes.ascending("expires_at"), new IndexOptions().expireAfter(0L, TimeUnit.SECONDS));
  }

  /**
   * Counts the exchange's caller against a limit.
   *
   * @param name what is limited, e.g. {@code heartbeat}
   * @param limit the limit in the form of {@link Limit#parse}
   * @throws ProtocolException RATE_LIMIT_EXCEEDED when the window is full
   */
  public void check(Exchange exchange, String name, String limit) {
    Principal caller = Guards.caller(exchange);
    count(exchange, name + "|" + caller.entityId() + "|" + caller.subject(), Limit.parse(limit));
  }

  /** Counts an address that could not prove who it is, so that nobody is locked out by another. */
  public void checkAddress(Exchange exchange, String name, String limit) {
    count(exchange, name + "|address|" + Guards.address(exchange), Limit.parse(limit));
  }

  private void count(Exchange exchange, String key, Limit limit) {
    long now = clock.millis();
    Date start = new Date(now - limit.window().toMillis());
    String oldest = "hits." + (limit.count() - 1);
    Document free =
        new Document("_id", key)
            .append(
                "$or",
                List.of(
                    new Document(oldest, new Document("$exists", false)),
                    new Document("hits.0", new Document("$lte", start))));
    Document hit =
        new Document(
                "$push",
                new Document(
                    "hits",
                    new Document("$each", List.of(new Date(now))).append("$slice", -limit.count())))
            .append("$set", new Document("expires_at", new Date(now + limit.window().toMillis())));
    try {
      Document after =
          windows.findOneAndUpdate(
              free,
              hit,
              new FindOneAndUpdateOptions().upsert(true).returnDocument(ReturnDocument.AFTER));
      List<Date> hits = after.getList("hits", Date.class);
      long used = hits.stream().filter(time -> time.after(start)).count();
      headers(exchange, limit, limit.count() - used, hits.get(0), now);
    } catch (MongoException e) {
      if (e.getCode() != DUPLICATE_KEY) {
        throw e;
      }
      refuse(exchange, key, limit, now);
    }
  }

  private void refuse(Exchange exchange, String key, Limit limit, long now) {
    Document window = windows.find(new Document("_id", key)).first();
    Date oldest = window == null ? new Date(now) : window.getList("hits", Date.class).get(0);
    long retryAfter = headers(exchange, limit, 0, oldest, now);
    exchange.getMessage().setHeader("Retry-After", retryAfter);
    throw new ProtocolException(
        ErrorCode.RATE_LIMIT_EXCEEDED,
        "Too many requests: " + limit.count() + " in " + limit.window().toSeconds() + " s",
        Map.of("retry_after_seconds", retryAfter));
  }

  /** Sets the headers of R-29 and returns the seconds until the window has room again. */
  private static long headers(
      Exchange exchange, Limit limit, long remaining, Date oldest, long now) {
    long freeAt = oldest.getTime() + limit.window().toMillis();
    long seconds = Math.max(1, (freeAt - now + 999) / 1000);
    Message message = exchange.getMessage();
    message.setHeader("X-RateLimit-Limit", limit.count());
    message.setHeader("X-RateLimit-Remaining", Math.max(0, remaining));
    message.setHeader("X-RateLimit-Reset", seconds);
    return seconds;
  }
}
