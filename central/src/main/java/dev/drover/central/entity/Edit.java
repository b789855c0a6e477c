package dev.drover.central.entity;

/**
 * What a caller wants done to one document.
 *
 * @param item the document
 * @param kind how it meets what is there
 * @param json the new document; null for a delete
 */
public record Edit(ItemRef item, Kind kind, String json) {
  /** How an edit meets what is there. */
  public enum Kind {
    /** Fails when the document exists. */
    CREATE,
    /** Fails when the document does not exist. */
    UPDATE,
    /** Creates or replaces. */
    UPSERT,
    /** Fails when the document does not exist. */
    DELETE
  }
}
