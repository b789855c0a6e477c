package dev.drover.central.entity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The documents of an entity as they stood after one change, read in pieces: a document that was
 * changed since is put back from the history. Tombstones are rows too, so nothing that was deleted
 * meanwhile is missed. It keeps nothing between two reads, whatever is written meanwhile.
 */
public final class Snapshot {
  private final EntityChanges changes;
  private final String entityId;
  private final long seq;

  Snapshot(EntityChanges changes, String entityId, long seq) {
    this.changes = changes;
    this.entityId = entityId;
    this.seq = seq;
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
    return then(page.rows(), page.more());
  }

  /**
   * The documents of some ids, which were there then; fewer when they are large.
   *
   * @param ids in order of their keys
   */
  Piece read(String collection, List<String> ids) {
    List<EntityChanges.Row> rows = changes.rows(entityId, collection, ids).rows();
    for (int i = 0; i < rows.size(); i++) {
      if (!rows.get(i).id().equals(ids.get(i))) {
        throw new IllegalStateException(ids.get(i) + " was forgotten while it was read");
      }
    }
    Piece piece = then(rows, false);
    if (piece.items().isEmpty()) {
      throw new IllegalStateException(ids.get(0) + " was forgotten while it was read");
    }
    return piece;
  }

  private Piece then(List<EntityChanges.Row> rows, boolean more) {
    List<Long> newer =
        rows.stream().map(row -> row.version().seq()).filter(number -> number > seq).toList();
    Map<Long, Long> first = changes.firstAfter(entityId, seq, newer);
    List<Item> items = new ArrayList<>();
    long chars = 0;
    for (int i = 0; i < rows.size(); i++) {
      EntityChanges.Row row = rows.get(i);
      Version version = row.version();
      if (version.seq() > seq) {
        version = changes.before(entityId, first.get(version.seq()));
      }
      if (version.exists()) {
        items.add(new Item(row.id(), version));
        chars += version.json().length();
      }
      // What was there before may be larger than what is there now.
      if (chars >= EntityChanges.PAGE_CHARS && i + 1 < rows.size()) {
        return new Piece(items, row.id());
      }
    }
    return new Piece(items, more ? rows.get(rows.size() - 1).id() : null);
  }
}
