package dev.drover.central.entity;

import dev.drover.engine.guard.Operation;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;

/**
 * Writes to the documents of entities. A write is one compare-and-set on the entity's head that
 * takes the next numbers and appends the changes, so that order, number and the duty to tell the
 * mall are one atomic step (no transactions needed).
 */
public final class EntityWrites {
  private final EntityHeads heads;
  private final Clock clock;

  EntityWrites(EntityHeads heads, Clock clock) {
    this.heads = heads;
    this.clock = clock;
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
      Document head = heads.withRoom(entityId);
      List<Change> next = plan(head, edits);
      if (next.isEmpty() || heads.commit(head, next, Operation.NONE, null)) {
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
    heads.fence(entityId, operation);
    for (int attempt = 0; ; attempt++) {
      Document head = heads.withRoom(entityId);
      Optional<Document> done = heads.receipt(head, operation);
      if (done.isPresent()) {
        return new Written(done.get().getInteger("changed"), done.get().getLong("seq"));
      }
      operation.check();
      List<Change> next = plan(head, edits);
      Document result = new Document("changed", next.size());
      if (next.isEmpty() || heads.commit(head, next, operation, result)) {
        return new Written(next.size(), next.isEmpty() ? 0 : next.get(next.size() - 1).seq());
      }
      backOff(attempt);
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
    heads.fence(entityId, operation);
    for (int attempt = 0; ; attempt++) {
      Document head = heads.withRoom(entityId);
      refuseUnknownBase(edits, head.getLong("seq"));
      ChangePlan plan = planFor(head, edits.stream().map(EdgeEdit::item).toList());
      Optional<Document> done = heads.receipt(head, operation);
      if (done.isPresent()) {
        return EdgeOutcome.ofReceipt(done.get(), edits, plan::current);
      }
      operation.check();
      List<EdgeOutcome> outcomes = edits.stream().map(edit -> merge(plan, edit, by)).toList();
      Document result = EdgeOutcome.toReceipt(outcomes);
      if (plan.changes().isEmpty() || heads.commit(head, plan.changes(), operation, result)) {
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

  private static EdgeOutcome merge(ChangePlan plan, EdgeEdit edit, String by) {
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

  private ChangePlan planFor(Document head, Collection<ItemRef> items) {
    return new ChangePlan(head, heads.current(head, items), clock.instant());
  }

  private List<Change> plan(Document head, List<Edit> edits) {
    ChangePlan plan = planFor(head, edits.stream().map(Edit::item).toList());
    for (Edit edit : edits) {
      Version current = plan.current(edit.item());
      if (edit.kind() == Edit.Kind.UPSERT && edit.json().equals(current.json())) {
        continue;
      }
      plan.add(edit.item(), operation(edit, current.exists()), edit.json(), null);
    }
    return plan.changes();
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

  private static void backOff(int attempt) {
    try {
      Thread.sleep(Math.min(20, 1L + attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProtocolException(ErrorCode.NETWORK_TIMEOUT, "The server is stopping");
    }
  }
}
