package dev.drover.engine.guard;

import com.mongodb.client.MongoCollection;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import org.bson.Document;

/**
 * An idempotency key that this process works on. It is held by an owner under a fence, a number
 * that grows with each holder, until a time that the owner moves on while the work lives.
 */
final class Claim {
  private final MongoCollection<Document> records;
  private final Document mine;
  private final String id;
  private final Duration lease;
  private final Clock clock;
  private volatile long confirmed;
  private volatile boolean ended;

  Claim(
      MongoCollection<Document> records, Document record, Duration lease, Clock clock, long since) {
    this.records = records;
    this.id = record.getString("_id");
    this.lease = lease;
    this.clock = clock;
    this.confirmed = since;
    this.mine =
        new Document("_id", id)
            .append("owner", record.getString("owner"))
            .append("fence", record.getLong("fence"))
            .append("status", new Document("$exists", false));
  }

  String id() {
    return id;
  }

  boolean ended() {
    return ended;
  }

  /** Whether nobody held it before. */
  boolean first() {
    return mine.getLong("fence") == 1;
  }

  /** Moves its end on; false when somebody else holds it now. */
  boolean renew() {
    long now = System.nanoTime();
    Date until = Date.from(clock.instant().plus(lease));
    boolean held = update(new Document("claimed_until", until));
    if (held) {
      confirmed = now;
    }
    return held;
  }

  /**
   * Refuses to go on without the claim. Nobody takes it within half a lease of a renewal, so then
   * the store is not asked.
   *
   * @throws ProtocolException REQUEST_IN_PROGRESS
   */
  void check() {
    boolean fresh = System.nanoTime() - confirmed < lease.toNanos() / 2;
    if (!fresh && !renew()) {
      throw new ProtocolException(
          ErrorCode.REQUEST_IN_PROGRESS, "Another request with this key has taken over");
    }
  }

  /** Stores the answer; false when somebody else holds the claim. */
  boolean answer(Document answer) {
    ended = true;
    return update(answer);
  }

  /**
   * Ends it without an answer: the next request with the key goes on at once. False when somebody
   * else holds the claim.
   */
  boolean release() {
    ended = true;
    return update(new Document("claimed_until", new Date(0)));
  }

  /** Ends it as if the key had never been seen: nothing was done under it. */
  void forget() {
    ended = true;
    records.deleteOne(mine);
  }

  private boolean update(Document values) {
    return records.updateOne(mine, new Document("$set", values)).getMatchedCount() == 1;
  }
}
