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
import dev.drover.engine.guard.Operation;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.Iterator;
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
  private static final int MAX_PENDING = 2000;

  /** Everybody reads the head, and the database takes 16 MiB of it at the most. */
  private static final long MAX_PENDING_CHARS = 1 << 20;

  private final MongoCollection<Document> heads;
  private final EntityChanges changes;
  private final EntityDigests digests;
  private final Receipts receipts;
  private final Clock clock;
  private volatile Runnable onChange = () -> {};

  /** A store on the collections {@code entities}, {@code items} and {@code changes}. */
  public EntityStore(MongoDatabase database, Clock clock) {
    this.heads = database.getCollection("entities");
    this.changes = new EntityChanges(database);
    this.digests = new EntityDigests(database, changes);
    this.receipts = new Receipts(database, clock);
    this.clock = clock;
    heads.createIndex(Indexes.ascending("dirty", "relay_after"));
  }

  EntityDigests digests() {
    return digests;
  }

  Receipts receipts() {
    return receipts;
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
      heads.insertOne(
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
        return operation.is(head(entityId).getString("created_by"));
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
    Map<ItemRef, Version> current = current(head(item.entityId()), List.of(item));
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
   * Does all edits in one atomic step, durable on return. An upsert of what is there already in the
   * same words is no change, so that a repeated import tells nobody.
   *
   * @return the changes, in order
   * @throws ProtocolException ENTITY_NOT_FOUND, ALREADY_EXISTS or NOT_FOUND; then nothing was done
   */
  public List<Change> write(String entityId, List<Edit> edits) {
    for (int attempt = 0; ; attempt++) {
      Document head = roomyHead(entityId);
      List<Change> next = plan(head, edits);
      if (next.isEmpty() || commit(head, next, Operation.NONE, null)) {
        return next;
      }
      backOff(attempt);
    }
  }

  /**
   * The same as an operation that may be repeated: it is done once, and a repetition gets what it
   * did. Its receipt and the changes are one write.
   *
   * @throws ProtocolException also REQUEST_IN_PROGRESS when somebody else does the operation now
   */
  public Written write(String entityId, List<Edit> edits, Operation operation) {
    fence(entityId, operation);
    for (int attempt = 0; ; attempt++) {
      Document head = roomyHead(entityId);
      Optional<Document> done = receipts.find(head, operation);
      if (done.isPresent()) {
        return new Written(done.get().getInteger("changed"), done.get().getLong("seq"));
      }
      operation.check();
      List<Change> next = plan(head, edits);
      Document result = new Document("changed", next.size());
      if (next.isEmpty() || commit(head, next, operation, result)) {
        return new Written(next.size(), next.isEmpty() ? 0 : next.get(next.size() - 1).seq());
      }
      backOff(attempt);
    }
  }

  /**
   * Makes the conditional write of an earlier holder of the operation fail, who has read the head
   * and stands still. One that reads the head after this finds that it lost its claim.
   */
  private void fence(String entityId, Operation operation) {
    if (operation.repeated()) {
      heads.updateOne(Filters.eq("_id", entityId), Updates.inc("takeovers", 1L));
    }
  }

  /**
   * Does those edits of a mall that meet what the mall has seen, in one atomic step, durable on
   * return. An edit conflicts when somebody else changed its document after the edit's base;
   * one that finds its document as it wants it is done already.
   *
   * @param by the orchestrator that sends them; its own earlier edits are no conflict
   * @param operation done once; a repetition gets what became of each then
   * @return what became of each, in order
   * @throws ProtocolException ENTITY_NOT_FOUND, or VALIDATION_FAILED for a base that is still to
   *     come; then nothing was done
   */
  public List<EdgeOutcome> merge(
      String entityId, List<EdgeEdit> edits, String by, Operation operation) {
    fence(entityId, operation);
    for (int attempt = 0; ; attempt++) {
      Document head = roomyHead(entityId);
      refuseUnknownBase(edits, head.getLong("seq"));
      Plan plan = new Plan(head, edits.stream().map(EdgeEdit::item).toList());
      Optional<Document> done = receipts.find(head, operation);
      if (done.isPresent()) {
        return EdgeOutcome.ofReceipt(done.get(), edits, plan::current);
      }
      operation.check();
      List<EdgeOutcome> outcomes = edits.stream().map(edit -> merge(plan, edit, by)).toList();
      Document result = EdgeOutcome.toReceipt(outcomes);
      if (plan.changes.isEmpty() || commit(head, plan.changes, operation, result)) {
        return outcomes;
      }
      backOff(attempt);
    }
  }

  /** Nobody can have seen what is still to come: such a base would win over every change. */
  private static void refuseUnknownBase(List<EdgeEdit> edits, long seq) {
    for (int i = 0; i < edits.size(); i++) {
      if (edits.get(i).baseSeq() > seq) {
        throw new ProtocolException(
            ErrorCode.VALIDATION_FAILED,
            "base_seq is unknown: the entity stands at " + seq,
            Map.of("field", "changes[" + i + "].base_seq", "seq", seq));
      }
    }
  }

  private static EdgeOutcome merge(Plan plan, EdgeEdit edit, String by) {
    Version current = plan.current(edit.item());
    if (edit.wants(current)) {
      return new EdgeOutcome(edit, true, current);
    }
    boolean own = by.equals(current.by());
    boolean seen = own || current.seq() <= edit.baseSeq();
    boolean meets = own || edit.json() == null || edit.create() != current.exists();
    if (!seen || !meets) {
      return new EdgeOutcome(edit, false, current);
    }
    String operation = edit.json() == null ? "delete" : current.exists() ? "update" : "create";
    plan.add(edit.item(), operation, edit.json(), by);
    return new EdgeOutcome(edit, true, plan.current(edit.item()));
  }

  private boolean commit(Document head, List<Change> next, Operation operation, Document result) {
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

  /**
   * The head with room for more: a writer that is faster than the relay would fill it, and
   * everybody reads it. What is pending is applied as the relay does, before the write, so that
   * nothing can fail after it.
   */
  private Document roomyHead(String entityId) {
    Document head = head(entityId);
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
    return head(entityId);
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

  /**
   * The entity as it is now, for readers that need one consistent state.
   *
   * @throws ProtocolException ENTITY_NOT_FOUND
   */
  public EntityView view(String entityId) {
    Document head = head(entityId);
    Roots roots = digests.advance(entityId, pending(head), head.getLong("seq"));
    while (roots.seq() > head.getLong("seq")) {
      head = head(entityId);
      roots = digests.advance(entityId, pending(head), head.getLong("seq"));
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
    for (Document head : heads.find().projection(Projections.include("announced_seq"))) {
      EntityView view = view(head.getString("_id"));
      long to = Math.min(view.lastBefore(before), head.getLong("announced_seq"));
      if (to > view.forgottenSeq()) {
        // Said first: a reader must not take a half forgotten history for a whole one.
        heads.updateOne(Filters.eq("_id", view.entityId()), Updates.max("forgotten_seq", to));
        changes.forget(view.entityId(), view.forgottenSeq(), to);
        forgotten += to - view.forgottenSeq();
      }
    }
    return forgotten;
  }

  private List<Change> plan(Document head, List<Edit> edits) {
    Plan plan = new Plan(head, edits.stream().map(Edit::item).toList());
    for (Edit edit : edits) {
      Version current = plan.current(edit.item());
      if (edit.kind() == Edit.Kind.UPSERT && edit.json().equals(current.json())) {
        continue;
      }
      plan.add(edit.item(), operation(edit, current.exists()), edit.json(), null);
    }
    return plan.changes;
  }

  /** What one compare-and-set is to do: each change knows what it meets. */
  private final class Plan {
    private final Map<ItemRef, Version> known;
    private final List<Change> changes = new ArrayList<>();
    private long seq;
    private Instant at;

    Plan(Document head, Collection<ItemRef> items) {
      this.known = EntityStore.this.current(head, items);
      this.seq = head.getLong("seq");
      this.at = after(head.getDate("updated_at").toInstant());
    }

    Version current(ItemRef item) {
      return known.getOrDefault(item, Version.NONE);
    }

    void add(ItemRef item, String operation, String json, String by) {
      Version next = Version.written(json, ++seq, at, by);
      changes.add(new Change(item, operation, next, current(item)));
      known.put(item, next);
      at = at.plusMillis(1);
    }
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

  /** The documents as the last acknowledged write left them; those that never were are missing. */
  private Map<ItemRef, Version> current(Document head, Collection<ItemRef> items) {
    Map<ItemRef, Version> current = changes.read(items);
    for (Change change : pending(head)) {
      if (change.seq() > current.getOrDefault(change.item(), Version.NONE).seq()) {
        current.put(change.item(), change.after());
      }
    }
    return current;
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
