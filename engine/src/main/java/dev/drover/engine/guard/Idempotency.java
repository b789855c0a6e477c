package dev.drover.engine.guard;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import dev.drover.engine.crypto.Principal;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.bson.Document;

/**
 * The same answer for the same {@code X-Idempotency-Key} within 24 hours (document 1, section 9.3;
 * The scope of a key is caller, method and path. Stored are 2xx and 4xx answers except 401,
 * 408, 429 and "in progress".
 */
public final class Idempotency {
  /** Exchange property: set when the answer is a stored one and the operation must not run. */
  public static final String REPLAYED = "DroverReplayed";

  private static final String RECORD = "DroverIdempotencyRecord";
  private static final Set<Integer> NEVER_STORED = Set.of(401, 408, 429);
  private static final Duration KEPT = Duration.ofHours(24);
  // A worker that died leaves its claim; after this time another request may take it over.
  private static final Duration CLAIM = Duration.ofSeconds(30);

  private final MongoCollection<Document> records;
  private final Clock clock;

  /** A guard on the collection {@code idempotency}. */
  public Idempotency(MongoDatabase database, Clock clock) {
    this.records = database.getCollection("idempotency");
    this.clock = clock;
    records.createIndex(
        Indexes.ascending("expires_at"), new IndexOptions().expireAfter(0L, TimeUnit.SECONDS));
  }

  /**
   * Claims the request's key, or sets the stored answer and {@link #REPLAYED}.
   *
   * @throws ProtocolException IDEMPOTENCY_KEY_REUSED for another body, REQUEST_IN_PROGRESS while
   *     the first request runs, VALIDATION_FAILED for a key that is not 1-255 printable ASCII
   */
  public void begin(Exchange exchange) {
    Message message = exchange.getMessage();
    String key = message.getHeader("X-Idempotency-Key", String.class);
    if (key == null) {
      return;
    }
    if (!key.matches("[\\x20-\\x7e]{1,255}")) {
      throw new ProtocolException(
          ErrorCode.VALIDATION_FAILED,
          "X-Idempotency-Key must be 1 to 255 printable ASCII characters",
          Map.of("field", "X-Idempotency-Key"));
    }
    Principal caller = Guards.caller(exchange);
    String id =
        sha256(
            String.join(
                    "\n",
                    caller.entityId(),
                    caller.subject(),
                    message.getHeader(Exchange.HTTP_METHOD, String.class),
                    message.getHeader(Exchange.HTTP_PATH, String.class),
                    key)
                .getBytes(StandardCharsets.UTF_8));
    byte[] body = message.getBody(byte[].class);
    String bodyHash = sha256(body == null ? new byte[0] : body);
    if (!claim(id, bodyHash)) {
      replay(exchange, id, bodyHash);
      return;
    }
    exchange.setProperty(RECORD, id);
  }

  private boolean claim(String id, String bodyHash) {
    Date now = Date.from(clock.instant());
    Document record =
        new Document("_id", id)
            .append("body", bodyHash)
            .append("claimed_until", Date.from(clock.instant().plus(CLAIM)))
            .append("expires_at", Date.from(clock.instant().plus(KEPT)));
    try {
      records.insertOne(record);
      return true;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
        throw e;
      }
    }
    Document expired = new Document("_id", id).append("expires_at", new Document("$lte", now));
    Document abandoned =
        new Document("_id", id)
            .append("body", bodyHash)
            .append("status", new Document("$exists", false))
            .append("claimed_until", new Document("$lte", now));
    return records.replaceOne(expired, record).getMatchedCount() == 1
        || records.replaceOne(abandoned, record).getMatchedCount() == 1;
  }

  private void replay(Exchange exchange, String id, String bodyHash) {
    Document stored = records.find(new Document("_id", id)).first();
    if (stored != null && !bodyHash.equals(stored.getString("body"))) {
      throw new ProtocolException(
          ErrorCode.IDEMPOTENCY_KEY_REUSED, "This X-Idempotency-Key was used with another body");
    }
    if (stored == null || stored.getInteger("status") == null) {
      exchange.getMessage().setHeader("Retry-After", 1);
      throw new ProtocolException(
          ErrorCode.REQUEST_IN_PROGRESS, "The first request with this key is still running");
    }
    Message message = exchange.getMessage();
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, stored.getInteger("status"));
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setHeader("Idempotency-Replayed", "true");
    message.setBody(stored.getString("answer"));
    exchange.setProperty(REPLAYED, true);
  }

  /** Stores the answer that the operation has made. To be called before it is sent. */
  public void complete(Exchange exchange) {
    String id = exchange.getProperty(RECORD, String.class);
    if (id == null) {
      return;
    }
    Message message = exchange.getMessage();
    int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class);
    boolean storable = (status / 100 == 2 || status / 100 == 4) && !NEVER_STORED.contains(status);
    if (!storable) {
      records.deleteOne(new Document("_id", id));
      return;
    }
    records.updateOne(
        new Document("_id", id),
        new Document(
            "$set",
            new Document("status", status).append("answer", message.getBody(String.class))));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
