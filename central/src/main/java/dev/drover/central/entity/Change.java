package dev.drover.central.entity;

import java.time.Instant;
import org.bson.Document;

/**
 * One step in the history of an entity (document 1, section 3.2).
 *
 * @param item what was changed
 * @param operation {@code create}, {@code update} or {@code delete}
 * @param after the document after the change
 * @param before the document before it, so that an older state can be told exactly
 */
public record Change(ItemRef item, String operation, Version after, Version before) {
  /** Its number: 1, 2, 3 … per entity without gaps. */
  public long seq() {
    return after.seq();
  }

  /** The server's commit time, strictly increasing per entity. */
  public Instant at() {
    return after.at();
  }

  /** The document after the change; null after a delete, and where it was read without its text. */
  public String json() {
    return after.json();
  }

  /** The same without the text of the documents. */
  public Change withoutText() {
    return new Change(item, operation, after.withoutText(), before.withoutText());
  }

  Document toPending() {
    Document pending =
        after
            .toDocument()
            .append("c", item.collection())
            .append("id", item.id())
            .append("op", operation);
    return before.seq() == 0 ? pending : pending.append("before", before.toDocument());
  }

  static Change fromPending(String entityId, Document pending) {
    Document before = pending.get("before", Document.class);
    return new Change(
        new ItemRef(entityId, pending.getString("c"), pending.getString("id")),
        pending.getString("op"),
        Version.of(pending),
        before == null ? Version.NONE : Version.of(before));
  }
}
