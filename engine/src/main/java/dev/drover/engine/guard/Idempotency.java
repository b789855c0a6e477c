package dev.drover.engine.guard;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReturnDocument;
import dev.drover.engine.crypto.Hashes;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Sealer;
import dev.drover.proto.ErrorBody;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.bson.Document;
import org.bson.types.Binary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The same answer for the same {@code X-Idempotency-Key} within 24 hours (document 1, section 9.3;
 * The scope of a key is caller, method and path. Stored are 2xx and 4xx answers except 401,
 * 408, 429 and "in progress"; they are sealed, for some hold tokens.
 *
 * <p>Whoever works under a key holds its claim, and this process moves the end of its claims on
 * while the work lives. The claim of a process that died or stood still ends; the next request
 * takes it over with a higher fence, and does the same {@link Operation}.
 */
public final class Idempotency implements AutoCloseable {
  /** Exchange property: set when the answer is a stored one and the operation must not run. */
  public static final String REPLAYED = "DroverReplayed";

  private static final Logger LOG = LoggerFactory.getLogger(Idempotency.class);
  private static final String CLAIM = "DroverIdempotencyClaim";
  private static final String KIND = "idempotency";
  private static final Set<Integer> NEVER_STORED = Set.of(401, 408, 429);
  private static final Duration KEPT = Duration.ofHours(24);
  private static final FindOneAndUpdateOptions AFTER =
      new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER);

  private final MongoCollection<Document> records;
  private final Sealer sealer;
  private final Duration lease;
  private final Clock clock;
  private final Clock proven;
  private final String owner = UUID.randomUUID().toString();
  // Of a request whose thread died nothing is left, so its claim ends by itself.
  private final Map<Claim, WeakReference<Exchange>> open = new ConcurrentHashMap<>();
  private final ScheduledExecutorService renewer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "idempotency-claims");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * A guard on the collection {@code idempotency}.
   *
   * @param sealer seals stored answers; all instances have its key
   * @param lease how long a claim lasts that nobody renews
   * @param proven by which answers are forgotten: while a clock is ahead, nothing is done twice
   */
  public Idempotency(
      MongoDatabase database, Sealer sealer, Duration lease, Clock clock, Clock proven) {
    this.records = database.getCollection("idempotency");
    this.sealer = sealer;
    this.lease = lease;
    this.clock = clock;
    this.proven = proven;
    records.createIndex(
        Indexes.ascending("expires_at"), new IndexOptions().expireAfter(0L, TimeUnit.SECONDS));
    long period = Math.max(1, lease.toMillis() / 4);
    renewer.scheduleWithFixedDelay(this::renewAll, period, period, TimeUnit.MILLISECONDS);
  }

  private void renewAll() {
    open.values().removeIf(request -> request.get() == null);
    for (Claim claim : open.keySet()) {
      try {
        claim.renew();
      } catch (MongoException e) {
        LOG.warn("a claim of an idempotency key cannot be renewed: {}", e.getMessage());
      }
    }
  }

  /**
   * Claims the request's key and sets its {@link Operation}, or sets the stored answer and {@link
   * #REPLAYED}.
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
    long since = System.nanoTime();
    Document record = claim(id, bodyHash);
    if (record == null) {
      replay(exchange, id, bodyHash);
      return;
    }
    Claim claim = new Claim(records, record, lease, clock, since);
    open.put(claim, new WeakReference<>(exchange));
    exchange.setProperty(CLAIM, claim);
    exchange.setProperty(
        Operation.PROPERTY,
        Operation.of(record.getString("operation"), !claim.first(), claim::check));
  }

  /** The record as it is claimed now; null when it is another's or answered. */
  private Document claim(String id, String bodyHash) {
    Instant now = clock.instant();
    Document record =
        new Document("_id", id)
            .append("body", bodyHash)
            .append("operation", UUID.randomUUID().toString())
            .append("owner", owner)
            .append("fence", 1L)
            .append("claimed_until", Date.from(now.plus(lease)))
            .append("expires_at", Date.from(now.plus(KEPT)));
    try {
      records.insertOne(record);
      return record;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
        throw e;
      }
    }
    Document expired =
        new Document("_id", id)
            .append("expires_at", new Document("$lte", Date.from(proven.instant())));
    if (records.replaceOne(expired, record).getMatchedCount() == 1) {
      return record;
    }
    // One that ends later than any claim made now was made by a clock that has gone back since.
    Document ended = new Document("claimed_until", new Document("$lte", Date.from(now)));
    Date never = Date.from(now.plus(lease.multipliedBy(2)));
    Document wrong = new Document("claimed_until", new Document("$gt", never));
    Document abandoned =
        new Document("_id", id)
            .append("body", bodyHash)
            .append("status", new Document("$exists", false))
            .append("$or", List.of(ended, wrong));
    Document taken =
        new Document("$inc", new Document("fence", 1L))
            .append(
                "$set",
                new Document("owner", owner)
                    .append("claimed_until", record.getDate("claimed_until")));
    return records.findOneAndUpdate(abandoned, taken, AFTER);
  }

  private void replay(Exchange exchange, String id, String bodyHash) {
    Document stored = records.find(new Document("_id", id)).first();
    if (stored != null && !bodyHash.equals(stored.getString("body"))) {
      throw new ProtocolException(
          ErrorCode.IDEMPOTENCY_KEY_REUSED, "This X-Idempotency-Key was used with another body");
    }
    if (stored == null || stored.getInteger("status") == null) {
      exchange.getMessage().setHeader("Retry-After", 1);
      throw inProgress();
    }
    answer(exchange, stored);
  }

  private static ProtocolException inProgress() {
    return new ProtocolException(
        ErrorCode.REQUEST_IN_PROGRESS, "The first request with this key is still running");
  }

  private void answer(Exchange exchange, Document stored) {
    Message message = exchange.getMessage();
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, stored.getInteger("status"));
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    message.setHeader("Idempotency-Replayed", "true");
    message.removeHeader("Retry-After");
    message.setBody(text(stored));
    exchange.setProperty(REPLAYED, true);
    Promises.repeated(exchange);
  }

  /** A stored answer; in the clear where an older version stored it, less than 24 hours ago. */
  private String text(Document stored) {
    Binary sealed = stored.get("sealed", Binary.class);
    return sealed == null
        ? stored.getString("answer")
        : new String(
            sealer.open(KIND, stored.getString("_id"), sealed.getData()), StandardCharsets.UTF_8);
  }

  /**
   * Stores the answer that the operation has made. To be called before it is sent. Without the
   * claim the answer becomes that of whoever took it over, or 409 while they work.
   */
  public void complete(Exchange exchange) {
    Claim claim = exchange.getProperty(CLAIM, Claim.class);
    if (claim == null || claim.ended()) {
      return;
    }
    open.remove(claim);
    Message message = exchange.getMessage();
    int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class);
    boolean inProgress =
        status == ErrorCode.REQUEST_IN_PROGRESS.status()
            && message.getBody(String.class).contains(ErrorCode.REQUEST_IN_PROGRESS.name());
    if (inProgress) {
      message.setHeader("Retry-After", 1);
    }
    boolean heldBack = status < 400 && !Promises.kept(exchange);
    if (inProgress || status / 100 == 5 || heldBack) {
      // The effect may have been made: the next one goes on with the same operation.
      if (!claim.release() && inProgress) {
        answerOfOther(exchange, claim.id());
      }
    } else if (NEVER_STORED.contains(status)) {
      if (claim.first()) {
        claim.forget();
      } else {
        claim.release();
      }
    } else if (!store(claim, status, message.getBody(String.class))) {
      answerOfOther(exchange, claim.id());
    }
  }

  private boolean store(Claim claim, int status, String answer) {
    byte[] text = (answer == null ? "" : answer).getBytes(StandardCharsets.UTF_8);
    return claim.answer(
        new Document("status", status)
            .append("sealed", new Binary(sealer.seal(KIND, claim.id(), text))));
  }

  private void answerOfOther(Exchange exchange, String id) {
    Document stored = records.find(new Document("_id", id)).first();
    if (stored != null && stored.getInteger("status") != null) {
      answer(exchange, stored);
      return;
    }
    Message message = exchange.getMessage();
    ProtocolException error = inProgress();
    message.setHeader("Retry-After", 1);
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, error.code().status());
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    String requestId = message.getHeader("X-Request-ID", String.class);
    message.setBody(ErrorBody.render(error, clock.instant(), requestId));
  }

  /** Renews no more; what is claimed ends by itself. */
  @Override
  public void close() {
    renewer.shutdownNow();
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(Hashes.sha256(bytes));
  }
}
