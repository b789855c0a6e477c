package dev.drover.central.entity;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.Updates;
import dev.drover.engine.guard.Operation;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * What operations under an idempotency key have done to entities. A receipt is written into the
 * entity's head together with the changes, in one write; the relay moves it to the collection
 * {@code receipts}. Who looks for one reads the head first, so it is never between the two.
 */
final class Receipts {
  private static final Duration KEPT = Duration.ofHours(25);
  private static final ReplaceOptions UPSERT = new ReplaceOptions().upsert(true);
  private static final String FIELD = "receipts";

  private final MongoCollection<Document> receipts;
  private final Clock clock;

  Receipts(MongoDatabase database, Clock clock) {
    this.receipts = database.getCollection("receipts");
    this.clock = clock;
  }

  /** A receipt, to be pushed with the changes that it is for. */
  Bson push(Operation operation, Document result, long seq) {
    return operation
        .id()
        .map(
            id ->
                Updates.push(
                    FIELD,
                    new Document(result)
                        .append("_id", id)
                        .append("seq", seq)
                        .append("expires_at", Date.from(clock.instant().plus(KEPT)))))
        .orElseGet(Updates::combine);
  }

  /** The receipt of an operation, when it has been done. */
  Optional<Document> find(Document head, Operation operation) {
    for (Document receipt : of(head)) {
      if (operation.is(receipt.getString("_id"))) {
        return Optional.of(receipt);
      }
    }
    return operation.id().map(id -> receipts.find(Filters.eq("_id", id)).first());
  }

  /** Keeps the receipts of a head where they stay; repeating it does no harm. */
  void keep(Document head) {
    List<ReplaceOneModel<Document>> models = new ArrayList<>();
    for (Document receipt : of(head)) {
      models.add(
          new ReplaceOneModel<>(Filters.eq("_id", receipt.getString("_id")), receipt, UPSERT));
    }
    if (!models.isEmpty()) {
      receipts.bulkWrite(models);
    }
  }

  /** Removes the receipts from a head that were kept with it. */
  static Optional<Bson> pull(Document head) {
    return of(head).isEmpty()
        ? Optional.empty()
        : Optional.of(
            Updates.pullByFilter(
                new Document(FIELD, new Document("seq", new Document("$lte", head.get("seq"))))));
  }

  private static List<Document> of(Document head) {
    return head.getList(FIELD, Document.class, List.of());
  }
}
