package dev.drover.central.entity;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * The documents of all entities. An entity has one head document; a write is one compare-and-set on
 * it that takes the next numbers and appends the changes, so that order, number and the duty to
 * tell the mall are one atomic step (no transactions needed). {@link EntityChanges} moves them on.
 */
public final class EntityStore {
  private final MongoCollection<Document> heads;
  private final EntityChanges changes;
  private final Clock clock;
  private volatile Runnable onChange = () -> {};

  /** A store on the collections {@code entities}, {@code items} and {@code changes}. */
  public EntityStore(MongoDatabase database, Clock clock) {
    this.heads = database.getCollection("entities");
    this.changes = new EntityChanges(database);
    this.clock = clock;
    heads.createIndex(Indexes.ascending("dirty", "relay_after"));
  }

  void onChange(Runnable wake) {
    this.onChange = wake;
  }

  /**
   * Creates an entity without documents.
   *
   * @return false when it exists already
   */
  public boolean create(String entityId, String json) {
    ItemRef.checkEntityId(entityId);
    Date now = Date.from(clock.instant());
    try {
      heads.insertOne(
          new Document("_id", entityId)
              .append("entity", json)
              .append("seq", 0L)
              .append("announced_seq", 0L)
              .append("pending", List.of())
              .append("dirty", false)
              .append("relay_after", now)
              .append("created_at", now)
              .append("updated_at", now));
      return true;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
        return false;
      }
      throw e;
    }
  }

  /** Replaces the entity's own document; false when there is no such entity. */
  public boolean replace(String entityId, String json) {
    return heads
            .updateOne(Filters.eq("_id", entityId), Updates.set("entity", json))
            .getMatchedCount()
        == 1;
  }

  /** The entity's own document as JSON. */
  public Optional<String> entity(String entityId) {
    return Optional.ofNullable(heads.find(Filters.eq("_id", entityId)).first())
        .map(head -> head.getString("entity"));
  }

  /** The documents of all entities in order of their ids. */
  public List<String> entities(int offset, int limit) {
    return heads
        .find()
        .projection(Projections.include("entity"))
        .sort(Sorts.ascending("_id"))
        .skip(offset)
        .limit(limit)
        .map(head -> head.getString("entity"))
        .into(new ArrayList<>());
  }

  /** How many entities there are. */
  public long count() {
    return heads.countDocuments();
  }

  /** One document as JSON, as the last acknowledged write left it. */
  public Optional<String> read(ItemRef item) {
    return current(head(item.entityId()), item);
  }

  /** The documents of a collection in order of their ids. */
  public List<String> list(String entityId, String collection, int offset, int limit) {
    changes.apply(pending(head(entityId)));
    return changes.list(entityId, collection, offset, limit);
  }

  /** How many documents a collection holds. */
  public long count(String entityId, String collection) {
    return changes.count(entityId, collection);
  }

  /**
   * Does all edits in one atomic step, durable on return.
   *
   * @return the number of the last change
   * @throws ProtocolException ENTITY_NOT_FOUND, ALREADY_EXISTS or NOT_FOUND; then nothing was done
   */
  public long write(String entityId, List<Edit> edits) {
    for (int attempt = 0; ; attempt++) {
      Document head = head(entityId);
      List<Change> next = plan(head, edits);
      Change last = next.get(next.size() - 1);
      Bson unchanged =
          Filters.and(Filters.eq("_id", entityId), Filters.eq("seq", head.getLong("seq")));
      Bson update =
          Updates.combine(
              Updates.set("seq", last.seq()),
              Updates.set("dirty", true),
              Updates.set("updated_at", Date.from(last.at())),
              Updates.pushEach("pending", next.stream().map(Change::toPending).toList()));
      if (heads.updateOne(unchanged, update).getMatchedCount() == 1) {
        onChange.run();
        return last.seq();
      }
      backOff(attempt);
    }
  }

  private List<Change> plan(Document head, List<Edit> edits) {
    long seq = head.getLong("seq");
    Instant at = after(head.getDate("updated_at").toInstant());
    Map<ItemRef, Boolean> known = new HashMap<>();
    List<Change> next = new ArrayList<>();
    for (Edit edit : edits) {
      boolean exists = known.computeIfAbsent(edit.item(), item -> current(head, item).isPresent());
      String operation = operation(edit, exists);
      known.put(edit.item(), edit.kind() != Edit.Kind.DELETE);
      next.add(new Change(++seq, edit.item(), operation, edit.json(), at));
      at = at.plusMillis(1);
    }
    return next;
  }

  private static String operation(Edit edit, boolean exists) {
    if (exists && edit.kind() == Edit.Kind.CREATE) {
      throw new ProtocolException(
          ErrorCode.ALREADY_EXISTS,
          "This id exists in " + edit.item().collection(),
          Map.of("id", edit.item().id()));
    }
    if (!exists && (edit.kind() == Edit.Kind.UPDATE || edit.kind() == Edit.Kind.DELETE)) {
      throw new ProtocolException(
          ErrorCode.NOT_FOUND,
          "No such id in " + edit.item().collection(),
          Map.of("id", edit.item().id()));
    }
    if (edit.kind() == Edit.Kind.DELETE) {
      return "delete";
    }
    return exists ? "update" : "create";
  }

  private Optional<String> current(Document head, ItemRef item) {
    List<Change> pending = pending(head);
    for (int i = pending.size() - 1; i >= 0; i--) {
      if (pending.get(i).item().equals(item)) {
        return Optional.ofNullable(pending.get(i).json());
      }
    }
    return changes.read(item);
  }

  private Document head(String entityId) {
    Document head = heads.find(Filters.eq("_id", entityId)).first();
    if (head == null) {
      throw new ProtocolException(ErrorCode.ENTITY_NOT_FOUND, "No such entity: " + entityId);
    }
    return head;
  }

  static List<Change> pending(Document head) {
    String entityId = head.getString("_id");
    return head.getList("pending", Document.class).stream()
        .map(pending -> Change.fromPending(entityId, pending))
        .toList();
  }

  private Instant after(Instant last) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    return now.isAfter(last) ? now : last.plusMillis(1);
  }

  private static void backOff(int attempt) {
    try {
      Thread.sleep(Math.min(20, 1L + attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProtocolException(ErrorCode.NETWORK_TIMEOUT, "The server is stopping");
    }
  }
}
