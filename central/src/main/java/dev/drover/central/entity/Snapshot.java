package dev.drover.central.entity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The documents of an entity as they stood after one change, read in pieces: a document that was
 * changed since is put back from the history. Tombstones are rows too, so nothing that was deleted
 * meanwhile is missed.
 */
public final class Snapshot {
  private final EntityChanges changes;
  private final String entityId;
  private final long seq;
  private final Map<ItemRef, Version> then = new HashMap<>();
  private long covered;

  Snapshot(EntityChanges changes, String entityId, long seq) {
    this.changes = changes;
    this.entityId = entityId;
    this.seq = seq;
    this.covered = seq;
  }

  /**
   * A piece of a collection.
   *
   * @param items the documents that there were, in order of their keys
   * @param lastId where the next piece begins; null at the end of the collection
   */
  public record Piece(List<Item> items, String lastId) {}

  /** A document of the snapshot. */
  public record Item(String id, Version version) {}

  /** The change after which the entity was like this. */
  public long seq() {
    return seq;
  }

  /**
   * The documents after an id; fewer than {@code rows} when they are large or tombstones lie
   * between.
   */
  public Piece read(String collection, String afterId, int rows) {
    EntityChanges.Page page = changes.rows(entityId, collection, afterId, rows);
    List<EntityChanges.Row> found = page.rows();
    long newest = found.stream().mapToLong(row -> row.version().seq()).max().orElse(0);
    cover(newest);
    List<Item> items = new ArrayList<>();
    for (EntityChanges.Row row : found) {
      Version version = row.version();
      if (version.seq() > seq) {
        version = then.get(new ItemRef(entityId, collection, row.id()));
      }
      if (version.exists()) {
        items.add(new Item(row.id(), version));
      }
    }
    return new Piece(items, page.more() ? found.get(found.size() - 1).id() : null);
  }

  /** Learns what the documents were that were changed after the snapshot. */
  private void cover(long newest) {
    if (newest > covered) {
      for (Change change : changes.between(entityId, covered, newest)) {
        then.putIfAbsent(change.item(), change.before());
      }
      covered = newest;
    }
  }
}
