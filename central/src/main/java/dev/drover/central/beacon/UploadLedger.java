package dev.drover.central.beacon;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Updates;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;

/**
 * What central has received of each mall's queue: one document with counts, receipts, and the
 * records of the last batch, written by one compare-and-set. So an item is counted as stored once,
 * whatever crashes; the records then move to {@code upload_items}, where repetitions find them.
 */
public final class UploadLedger {
  private static final BulkWriteOptions UNORDERED = new BulkWriteOptions().ordered(false);
  private static final ReplaceOptions UPSERT = new ReplaceOptions().upsert(true);
  private static final int RECEIPTS = 10;
  private static final int BATCHES = 3;
  private static final int MAX_ANSWER = 512 << 10;
  private static final int ATTEMPTS = 50;

  private final MongoCollection<Document> ledgers;
  private final MongoCollection<Document> records;
  private final Duration kept;
  private final Clock clock;

  /**
   * The ledgers of all malls.
   *
   * @param kept how long an item's key is remembered
   */
  public UploadLedger(MongoDatabase database, Duration kept, Clock clock) {
    this.ledgers = database.getCollection("upload_ledgers");
    this.records = database.getCollection("upload_items");
    this.kept = kept;
    this.clock = clock;
  }

  /** The ledger of an orchestrator, by entity and assigned id. */
  public Optional<Document> find(String entityId, String subject) {
    return find(entityId + "/" + subject);
  }

  private Optional<Document> find(String caller) {
    return Optional.ofNullable(ledgers.find(Filters.eq("_id", caller)).first());
  }

  static ProtocolException reused() {
    return new ProtocolException(
        ErrorCode.IDEMPOTENCY_KEY_REUSED, "This idempotency_key was used for another item");
  }

  /** Gives those items their result that were stored by an earlier batch. */
  void recall(Upload upload) {
    Document ledger = find(upload.caller()).orElse(null);
    if (ledger != null) {
      spread(ledger);
    }
    upload.judgedBy(ledger);
    for (Document batch : batches(ledger)) {
      if (upload.operation().is(batch.getString("operation"))) {
        upload.answered(batch.getString("answer"));
      }
    }
    if (upload.answered().isPresent()) {
      return;
    }
    Map<String, Document> known = new HashMap<>();
    List<String> ids = upload.keys().stream().map(key -> id(upload, key)).toList();
    records.find(Filters.in("_id", ids)).forEach(doc -> known.put(doc.getString("_id"), doc));
    for (Upload.Todo first : upload.firsts()) {
      Document before = known.get(id(upload, first.item().key()));
      if (before != null) {
        upload.result(
            first.index(),
            before.getString("fingerprint").equals(first.item().fingerprint())
                ? UploadResult.duplicate(before.getString("response"))
                : UploadResult.rejected(reused()));
      }
    }
  }

  /** The last batches under a key, with their answers; null has none. */
  private static List<Document> batches(Document ledger) {
    return ledger == null ? List.of() : ledger.getList("batches", Document.class, List.of());
  }

  private static void remember(Document ledger, Upload upload) {
    String answer = upload.answer();
    if (upload.operation().id().isPresent() && answer.length() <= MAX_ANSWER) {
      List<Document> batches = new ArrayList<>(batches(ledger));
      batches.add(
          new Document("operation", upload.operation().id().get()).append("answer", answer));
      int more = Math.max(0, batches.size() - BATCHES);
      ledger.put("batches", new ArrayList<>(batches.subList(more, batches.size())));
    }
  }

  private static String id(Upload upload, String key) {
    return upload.caller() + "/" + key;
  }

  /** Counts a batch and remembers its items, both in one write. */
  void commit(Upload upload) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Document seen = upload.ledger();
      Document ledger = seen == null ? new Document("_id", upload.caller()) : new Document(seen);
      long rev = ledger.get("rev", 0L);
      count(ledger, upload);
      ledger.put("rev", rev + 1);
      if (seen == null ? insert(ledger) : replace(ledger, rev)) {
        spread(ledger);
        return;
      }
      // Another batch was judged meanwhile, perhaps with the same items.
      recall(upload);
      if (upload.answered().isPresent()) {
        return;
      }
    }
    throw new ProtocolException(ErrorCode.NETWORK_TIMEOUT, "Too many uploads of one mall at once");
  }

  private void count(Document ledger, Upload upload) {
    Date now = Date.from(clock.instant());
    List<Long> numbers = upload.numbers();
    for (int i = 0; i < numbers.size(); i++) {
      String status = upload.result(i).status();
      ledger.put("sent", ledger.get("sent", 0L) + 1);
      ledger.put(status, ledger.get(status, 0L) + 1);
    }
    long highest = Collections.max(numbers);
    ledger.put("highest_seq", Math.max(ledger.get("highest_seq", 0L), highest));
    List<Document> receipts =
        new ArrayList<>(ledger.getList("receipts", Document.class, List.of()));
    receipts.add(
        new Document("batch_id", upload.batchId())
            .append("from_seq", Collections.min(numbers))
            .append("to_seq", highest)
            .append("at", now));
    ledger.put(
        "receipts",
        new ArrayList<>(
            receipts.subList(Math.max(0, receipts.size() - RECEIPTS), receipts.size())));
    List<Document> fresh = new ArrayList<>();
    for (Upload.Todo first : upload.firsts()) {
      UploadResult result = upload.result(first.index());
      if (result.status().equals(UploadResult.STORED)) {
        fresh.add(
            result
                .toRecord(id(upload, first.item().key()), first.item())
                .append("expires_at", Date.from(clock.instant().plus(kept))));
      }
    }
    remember(ledger, upload);
    // What stood here moved to the records when this ledger was read.
    ledger.put("pending", fresh);
  }

  private boolean insert(Document ledger) {
    try {
      ledgers.insertOne(ledger);
      return true;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
        throw e;
      }
      return false;
    }
  }

  private boolean replace(Document ledger, long rev) {
    return ledgers
            .replaceOne(
                Filters.and(Filters.eq("_id", ledger.getString("_id")), Filters.eq("rev", rev)),
                ledger)
            .getMatchedCount()
        == 1;
  }

  /** Moves the records of the last batch to where repetitions look; repeating it does no harm. */
  private void spread(Document ledger) {
    List<Document> pending = ledger.getList("pending", Document.class, List.of());
    if (pending.isEmpty()) {
      return;
    }
    records.bulkWrite(
        pending.stream()
            .map(
                record ->
                    new ReplaceOneModel<>(
                        Filters.eq("_id", record.getString("_id")), record, UPSERT))
            .toList(),
        UNORDERED);
    ledgers.updateOne(
        Filters.and(
            Filters.eq("_id", ledger.getString("_id")), Filters.eq("rev", ledger.get("rev"))),
        Updates.set("pending", List.of()));
  }
}
