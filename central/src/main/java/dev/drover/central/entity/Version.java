package dev.drover.central.entity;

import dev.drover.engine.checksum.CanonicalItems;
import dev.drover.proto.ProtocolException;
import java.time.Instant;
import java.util.Date;
import org.bson.Document;
import org.bson.types.Binary;

/**
 * What a document was at some point of its entity's history.
 *
 * @param json the document; null when it was deleted, and where it was read without its text
 * @param hash its hash as it enters the checksums; null when it was deleted
 * @param seq the change that made it so; 0 when it never was
 * @param at when that was
 * @param by the orchestrator that made it so by an edge edit; null for everyone else
 */
public record Version(String json, Binary hash, long seq, Instant at, String by) {
  /** Of a document that never was. */
  static final Version NONE = new Version(null, null, 0, Instant.EPOCH, null);

  /**
   * Refuses what has no canonical form: no mall could prove that it has it.
   *
   * @throws ProtocolException VALIDATION_FAILED
   */
  static void requireCanonical(String json) {
    hash(json);
  }

  /** A document that was just written, or deleted when there is none; it must be canonical. */
  static Version written(String json, long seq, Instant at, String by) {
    return new Version(json, json == null ? null : hash(json), seq, at, by);
  }

  private static Binary hash(String json) {
    return new Binary(CanonicalItems.hash(json));
  }

  /** Whether there is a document. */
  public boolean exists() {
    return hash != null;
  }

  /** The same without the text of the document. */
  Version withoutText() {
    return json == null ? this : new Version(null, hash, seq, at, by);
  }

  /** The hash of the document for a digest; null when there is none. */
  byte[] digest() {
    return hash == null ? null : hash.getData();
  }

  Document toDocument() {
    return new Document("json", json)
        .append("h", hash)
        .append("seq", seq)
        .append("at", Date.from(at))
        .append("by", by);
  }

  static Version of(Document stored) {
    return new Version(
        stored.getString("json"),
        stored.get("h", Binary.class),
        stored.getLong("seq"),
        stored.getDate("at").toInstant(),
        stored.getString("by"));
  }
}
