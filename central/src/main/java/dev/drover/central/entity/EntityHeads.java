package dev.drover.central.entity;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import dev.drover.engine.guard.Operation;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The head documents of entities: each has the number of its entity's last change and the changes
 * that are not applied yet. A write is one compare-and-set of a head.
 */
final class EntityHeads {
  private static final int MAX_PENDING = 2000;

  /** Everybody reads the head, and the database takes 16 MiB of it at the most. */
  private static final long MAX_PENDING_CHARS = 1 << 20;

  private final MongoCollection<Document> heads;
  private final EntityChanges changes;
  private final EntityDigests digests;
  private final Receipts receipts;
  private volatile Runnable onChange = () -> {};

  EntityHeads(
      MongoDatabase database, EntityChanges changes, EntityDigests digests, Receipts receipts) {
    this.heads = database.getCollection("entities");
    this.changes = changes;
    this.digests = digests;
    this.receipts = receipts;
    heads.createIndex(Indexes.ascending("dirty", "relay_after"));
  }

  /** Runs this after each write. */
  void onChange(Runnable wake) {
    this.onChange = wake;
  }

  /**
   * The head of an entity.
   *
   * @throws ProtocolException ENTITY_NOT_FOUND
   */
  Document find(String entityId) {
    Document head = heads.find(Filters.eq("_id", entityId)).first();
    if (head == null) {
      throw new ProtocolException(ErrorCode.ENTITY_NOT_FOUND, "No such entity: " + entityId);
    }
    return head;
  }

  /** The changes of a head that are not applied yet. */
  static List<Change> pending(Document head) {
    String entityId = head.getString("_id");
    return head.getList("pending", Document.class).stream()
        .map(pending -> Change.fromPending(entityId, pending))
        .toList();
  }

  /** The documents as the last acknowledged write left them; those that never were are missing. */
  Map<ItemRef, Version> current(Document head, Collection<ItemRef> items) {
    Map<ItemRef, Version> current = changes.read(items);
    for (Change change : pending(head)) {
      if (change.seq() > current.getOrDefault(change.item(), Version.NONE).seq()) {
        current.put(change.item(), change.after());
      }
    }
    return current;
  }

  /**
   * The head with room for more: a writer that is faster than the relay would fill it, and
   * everybody reads it. What is pending is applied as the relay does, before the write, so that
   * nothing can fail after it.
   */
  Document withRoom(String entityId) {
    Document head = find(entityId);
    List<Document> waiting = head.getList("pending", Document.class);
    if (waiting.size() <= MAX_PENDING && chars(waiting) <= MAX_PENDING_CHARS) {
      return head;
    }
    Roots roots = digests.advance(entityId, pending(head), head.getLong("seq"));
    receipts.keep(head);
    List<Bson> applied = new ArrayList<>();
    applied.add(
        Updates.pullByFilter(
            new Document("pending", new Document("seq", new Document("$lte", roots.seq())))));
    Receipts.pull(head).ifPresent(applied::add);
    heads.updateOne(Filters.eq("_id", entityId), Updates.combine(applied));
    return find(entityId);
  }

  private static long chars(List<Document> pending) {
    return pending.stream()
        .mapToLong(change -> chars(change) + chars(change.get("before", Document.class)))
        .sum();
  }

  private static long chars(Document version) {
    String json = version == null ? null : version.getString("json");
    return json == null ? 0 : json.length();
  }

  /** The receipt of an operation, when it has been done. */
  Optional<Document> receipt(Document head, Operation operation) {
    return receipts.find(head, operation);
  }

  /**
   * Makes the conditional write of an earlier holder of the operation fail, who has read the head
   * and stands still. One that reads the head after this finds that it lost its claim.
   */
  void fence(String entityId, Operation operation) {
    if (operation.repeated()) {
      heads.updateOne(Filters.eq("_id", entityId), Updates.inc("takeovers", 1L));
    }
  }

  /**
   * Writes changes and the receipt of their operation, durable on return.
   *
   * @param result what the receipt says; null without an operation
   * @return false when somebody else wrote since the head was read; then nothing was done
   */
  boolean commit(Document head, List<Change> next, Operation operation, Document result) {
    Change last = next.get(next.size() - 1);
    Bson unchanged =
        Filters.and(
            Filters.eq("_id", head.getString("_id")),
            Filters.eq("seq", head.getLong("seq")),
            Filters.eq("takeovers", head.getLong("takeovers")));
    Bson update =
        Updates.combine(
            Updates.set("seq", last.seq()),
            Updates.set("dirty", true),
            Updates.set("updated_at", Date.from(last.at())),
            Updates.pushEach("pending", next.stream().map(Change::toPending).toList()),
            receipts.push(operation, result, last.seq()));
    boolean mine = heads.updateOne(unchanged, update).getMatchedCount() == 1;
    if (mine) {
      onChange.run();
    }
    return mine;
  }
}
