package dev.drover.orchestrator.store;

import dev.drover.orchestrator.database.Database;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Items that changed and that the mall's devices were not told of yet. They are written down before
 * the cache takes the change and struck out after the message is with the broker, so that neither a
 * crash nor a broken broker makes a device miss a change; it may hear of one twice.
 */
public final class Untold {
  /** Stands for everything, after a full sync. */
  private static final String ALL = "*";

  /**
   * What is to be told next.
   *
   * @param upTo names it for {@link #told}
   * @param everything whether the whole cache is new
   * @param ids the changed items by collection
   */
  public record Notice(long upTo, boolean everything, Map<String, List<String>> ids) {
    /** Whether there is nothing to tell. */
    public boolean isEmpty() {
      return !everything && ids.isEmpty();
    }
  }

  private record Row(long seq, String collection, String id) {}

  private final Database database;

  /** The list in this store. */
  public Untold(MallStore store) {
    this.database = store.database();
  }

  /** Adds items of a collection. */
  public void add(String collection, Collection<String> ids) {
    database.transaction(
        open -> {
          for (String id : ids) {
            Database.update(
                open,
                "INSERT OR REPLACE INTO untold (collection, item_id) VALUES (?, ?)",
                collection,
                id);
          }
          return null;
        });
  }

  /** Everything changed: a full sync, which makes single items superfluous. */
  public void addAll() {
    database.transaction(
        open -> {
          Database.update(open, "DELETE FROM untold");
          return Database.update(
              open, "INSERT INTO untold (collection, item_id) VALUES (?, ?)", ALL, ALL);
        });
  }

  /** The next up to {@code max} items, in the order of their changes. */
  public Notice next(int max) {
    List<Row> rows =
        database.query(
            row -> new Row(row.getLong(1), row.getString(2), row.getString(3)),
            "SELECT seq, collection, item_id FROM untold ORDER BY seq LIMIT ?",
            max);
    Map<String, List<String>> ids = new LinkedHashMap<>();
    boolean everything = false;
    long upTo = 0;
    for (Row row : rows) {
      upTo = row.seq();
      if (row.collection().equals(ALL)) {
        everything = true;
      } else {
        ids.computeIfAbsent(row.collection(), name -> new ArrayList<>()).add(row.id());
      }
    }
    return new Notice(upTo, everything, ids);
  }

  /** Whether something is to be told. */
  public boolean any() {
    return !next(1).isEmpty();
  }

  /** Strikes out what was told; an item that changed again meanwhile stays. */
  public void told(Notice notice) {
    database.update("DELETE FROM untold WHERE seq <= ?", notice.upTo());
  }
}
