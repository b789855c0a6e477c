package dev.drover.central.entity;

import java.time.Instant;
import java.util.Date;
import org.bson.Document;

/**
 * One step in the history of an entity (document 1, section 3.2).
 *
 * @param seq its number: 1, 2, 3 … per entity without gaps
 * @param item what was changed
 * @param operation {@code create}, {@code update} or {@code delete}
 * @param json the document after the change; null after a delete
 * @param at the server's commit time, strictly increasing per entity
 */
public record Change(long seq, ItemRef item, String operation, String json, Instant at) {
  Document toPending() {
    return new Document("seq", seq)
        .append("c", item.collection())
        .append("id", item.id())
        .append("op", operation)
        .append("json", json)
        .append("at", Date.from(at));
  }

  static Change fromPending(String entityId, Document pending) {
    return new Change(
        pending.getLong("seq"),
        new ItemRef(entityId, pending.getString("c"), pending.getString("id")),
        pending.getString("op"),
        pending.getString("json"),
        pending.getDate("at").toInstant());
  }
}
