package dev.drover.central.entity;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** A part of a collection in the order of its ids, read piece by piece as it is asked for. */
final class Listing implements Iterator<List<String>> {
  private final EntityChanges changes;
  private final String entityId;
  private final String collection;
  private final RowsAtOnce rows = new RowsAtOnce();
  private String afterId;
  private int left;

  /**
   * A part.
   *
   * @param offset how many documents come before it
   * @param limit the most documents that it has
   */
  Listing(EntityChanges changes, String entityId, String collection, int offset, int limit) {
    this.changes = changes;
    this.entityId = entityId;
    this.collection = collection;
    this.left = limit;
    if (offset > 0) {
      Optional<String> last = changes.idAt(entityId, collection, offset - 1);
      this.afterId = last.orElse(null);
      this.left = last.isPresent() ? limit : 0;
    }
  }

  @Override
  public boolean hasNext() {
    return left > 0;
  }

  @Override
  public List<String> next() {
    if (left == 0) {
      throw new NoSuchElementException();
    }
    EntityChanges.Page page =
        changes.rows(entityId, collection, afterId, Math.min(rows.next(), left));
    List<String> found = new ArrayList<>();
    long chars = 0;
    for (EntityChanges.Row row : page.rows()) {
      afterId = row.id();
      if (row.version().exists()) {
        found.add(row.version().json());
        chars += row.version().json().length();
      }
    }
    rows.took(chars);
    left = page.more() ? left - found.size() : 0;
    return found;
  }
}
