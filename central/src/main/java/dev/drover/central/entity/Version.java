package dev.drover.central.entity;

import java.time.Instant;
import java.util.Date;
import org.bson.Document;

/**
 * What a document was at some point of its entity's history.
 *
 * @param json the document; null when it was deleted
 * @param seq the change that made it so; 0 when it never was
 * @param at when that was
 * @param by the orchestrator that made it so by an edge edit; null for everyone else
 */
public record Version(String json, long seq, Instant at, String by) {
  /** Of a document that never was. */
  static final Version NONE = new Version(null, 0, Instant.EPOCH, null);

  /** Whether there is a document. */
  public boolean exists() {
    return json != null;
  }

  Document toDocument() {
    return new Document("json", json)
        .append("seq", seq)
        .append("at", Date.from(at))
        .append("by", by);
  }

  static Version of(Document stored) {
    return new Version(
        stored.getString("json"),
        stored.getLong("seq"),
        stored.getDate("at").toInstant(),
        stored.getString("by"));
  }
}
