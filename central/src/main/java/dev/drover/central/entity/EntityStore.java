package dev.drover.central.entity;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.Updates;
import dev.drover.engine.guard.Operation;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;

/**
 * The entities, each with a document of its own, and what their documents are and were. {@link
 * EntityWrites} changes them, {@link EntityOutbox} tells the malls.
 */
public final class EntityStore {
  private final MongoCollection<Document> entities;
  private final EntityHeads heads;
  private final EntityChanges changes;
  private final EntityDigests digests;
  private final Receipts receipts;
  private final EntityWrites writes;
  private final Clock clock;

  /** A store on the collections {@code entities}, {@code items} and {@code changes}. */
  public EntityStore(MongoDatabase database, Clock clock) {
    this.entities = database.getCollection("entities");
    this.changes = new EntityChanges(database);
    this.digests = new EntityDigests(database, changes);
    this.receipts = new Receipts(database, clock);
    this.heads = new EntityHeads(database, changes, digests, receipts);
    this.writes = new EntityWrites(heads, clock);
    this.clock = clock;
  }

  EntityDigests digests() {
    return digests;
  }

  Receipts receipts() {
    return receipts;
  }

  EntityHeads heads() {
    return heads;
  }

  /** Changes the documents. */
  public EntityWrites writes() {
    return writes;
  }

  /**
   * Creates an entity without documents.
   *
   * @return false when it exists already
   */
  public boolean create(String entityId, String json) {
    return create(entityId, json, Operation.NONE);
  }

  /**
   * The same as an operation that may be repeated.
   *
   * @return false when it exists already and another operation made it
   */
  public boolean create(String entityId, String json, Operation operation) {
    ItemRef.checkEntityId(entityId);
    Date now = Date.from(clock.instant());
    try {
      entities.insertOne(
          new Document("_id", entityId)
              .append("entity", json)
              .append("seq", 0L)
              .append("announced_seq", 0L)
              .append("pending", List.of())
              .append("dirty", false)
              .append("relay_after", now)
              .append("created_at", now)
              .append("created_by", operation.id().orElse(null))
              .append("updated_at", now));
      return true;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
        return operation.is(heads.find(entityId).getString("created_by"));
      }
      throw e;
    }
  }

  /** Replaces the entity's own document; false when there is no such entity. */
  public boolean replace(String entityId, String json) {
    return entities
            .updateOne(Filters.eq("_id", entityId), Updates.set("entity", json))
            .getMatchedCount()
        == 1;
  }

  /** The entity's own document as JSON. */
  public Optional<String> entity(String entityId) {
    return Optional.ofNullable(entities.find(Filters.eq("_id", entityId)).first())
        .map(head -> head.getString("entity"));
  }

  /** The documents of all entities in order of their ids. */
  public List<String> entities(int offset, int limit) {
    return entities
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
    return entities.countDocuments();
  }

  /** One document as JSON, as the last acknowledged write left it. */
  public Optional<String> read(ItemRef item) {
    Map<ItemRef, Version> current = heads.current(heads.find(item.entityId()), List.of(item));
    return Optional.ofNullable(current.getOrDefault(item, Version.NONE).json());
  }

  /**
   * The documents of a collection in order of their ids, in pieces that are read when asked for.
   */
  public Iterator<List<String>> list(String entityId, String collection, int offset, int limit) {
    // What is pending is applied by then.
    view(entityId);
    return new Listing(changes, entityId, collection, offset, limit);
  }

  /** How many documents a collection holds. */
  public long count(String entityId, String collection) {
    return view(entityId).roots().count(collection);
  }

  /**
   * The entity as it is now, for readers that need one consistent state.
   *
   * @throws dev.drover.proto.ProtocolException ENTITY_NOT_FOUND
   */
  public EntityView view(String entityId) {
    Document head = heads.find(entityId);
    Roots roots = digests.advance(entityId, EntityHeads.pending(head), head.getLong("seq"));
    while (roots.seq() > head.getLong("seq")) {
      head = heads.find(entityId);
      roots = digests.advance(entityId, EntityHeads.pending(head), head.getLong("seq"));
    }
    return new EntityView(
        entityId,
        head.getDate("updated_at").toInstant(),
        head.get("forgotten_seq", 0L),
        roots,
        digests,
        changes);
  }

  /** Forgets the history of all entities before a time; returns how many changes. */
  public long forget(Instant before) {
    long forgotten = 0;
    for (Document head : entities.find().projection(Projections.include("announced_seq"))) {
      EntityView view = view(head.getString("_id"));
      long to = Math.min(view.lastBefore(before), head.getLong("announced_seq"));
      if (to > view.forgottenSeq()) {
        // Said first: a reader must not take a half forgotten history for a whole one.
        entities.updateOne(Filters.eq("_id", view.entityId()), Updates.max("forgotten_seq", to));
        changes.forget(view.entityId(), view.forgottenSeq(), to);
        forgotten += to - view.forgottenSeq();
      }
    }
    return forgotten;
  }
}
