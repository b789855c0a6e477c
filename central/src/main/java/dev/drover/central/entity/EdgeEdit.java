package dev.drover.central.entity;

/**
 * An edit that was made at a mall.
 *
 * @param item the document
 * @param create whether the mall knew of no such document
 * @param json the new document; null for a delete
 * @param baseSeq the number of the last change that the mall had seen
 */
public record EdgeEdit(ItemRef item, boolean create, String json, long baseSeq) {
  /** Whether there is nothing left to do. */
  boolean wants(Version current) {
    return json == null ? !current.exists() : json.equals(current.json());
  }
}
