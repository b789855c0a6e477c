package dev.drover.orchestrator.database;

import dev.drover.engine.crypto.SealBrokenException;
import dev.drover.engine.crypto.Sealer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A column of sealed values, for sealing them anew with another key. Whoever writes to it seals
 * within the transaction that stores the value; so a value that was sealed before a change of keys
 * is stored before the first batch is sealed anew.
 *
 * @param name the table
 * @param keys its primary key
 * @param column the column of the values; null values are none
 * @param kind the kind that they are sealed for
 * @param id the id that they are sealed for, of the values of {@code keys}
 * @param database runs work in a transaction
 */
public record SealedTable(
    String name,
    List<String> keys,
    String column,
    String kind,
    Function<List<?>, String> id,
    Transactions database) {
  /** Runs work in one transaction. */
  @FunctionalInterface
  public interface Transactions {
    /** All of it happens, or nothing. */
    <T> T transaction(Database.Work<T> work);
  }

  /**
   * What a batch did.
   *
   * @param sealed how many values were sealed anew
   * @param broken how many do not open with any key, and stay as they are
   * @param last the primary key of the last one; empty when there was none
   */
  public record Batch(int sealed, int broken, List<Object> last) {}

  private static final long BATCH_BYTES = 2 << 20;

  private record Entry(List<Object> keys, byte[] value) {}

  /** How many values were sealed with another key than the present one. */
  public long count(Sealer sealer) {
    String sql = "SELECT count(*) FROM " + name + " WHERE " + foreign();
    return database.transaction(
        open -> Database.query(open, row -> row.getLong(1), sql, sealer.beginning()).get(0));
  }

  /** Seals up to {@code limit} values after this primary key anew, in one transaction. */
  public Batch seal(Sealer sealer, List<Object> after, int limit) {
    return database.transaction(open -> seal(open, sealer, after, limit));
  }

  private Batch seal(Session open, Sealer sealer, List<Object> after, int limit)
      throws SQLException {
    int broken = 0;
    List<Entry> found = next(open, sealer, after, limit);
    for (Entry entry : found) {
      String place = id.apply(entry.keys);
      try {
        byte[] anew = sealer.seal(kind, place, sealer.open(kind, place, entry.value));
        Database.update(open, update(), with(entry.keys, anew));
      } catch (SealBrokenException e) {
        broken++;
      }
    }
    List<Object> last = found.isEmpty() ? List.of() : found.get(found.size() - 1).keys;
    return new Batch(found.size() - broken, broken, last);
  }

  private List<Entry> next(Session open, Sealer sealer, List<Object> after, int limit)
      throws SQLException {
    String columns = String.join(", ", keys);
    String marks = String.join(", ", Collections.nCopies(keys.size(), "?"));
    String from = after.isEmpty() ? "" : " AND (" + columns + ") > (" + marks + ")";
    String rows =
        " FROM " + name + " WHERE " + foreign() + from + " ORDER BY " + columns + " LIMIT " + limit;
    // The first ones that together are not larger than a batch may be, and always one.
    String sql =
        "SELECT "
            + columns
            + ", "
            + column
            + " FROM (SELECT *, sum(length("
            + column
            + ")) OVER (ORDER BY "
            + columns
            + " ROWS UNBOUNDED PRECEDING) AS total FROM (SELECT "
            + columns
            + ", "
            + column
            + rows
            + ")) WHERE total <= "
            + BATCH_BYTES
            + " OR total = length("
            + column
            + ") ORDER BY "
            + columns;
    Object[] values = Stream.concat(Stream.of(sealer.beginning()), after.stream()).toArray();
    return Database.query(
        open,
        row -> {
          List<Object> key = new ArrayList<>();
          for (int i = 1; i <= keys.size(); i++) {
            key.add(row.getObject(i));
          }
          return new Entry(key, row.getBytes(keys.size() + 1));
        },
        sql,
        values);
  }

  /** Only their beginning is looked at: version and key id stand in the clear. */
  private String foreign() {
    return column + " IS NOT NULL AND substr(" + column + ", 1, 5) <> ?";
  }

  private String update() {
    String where = keys.stream().map(key -> key + " = ?").collect(Collectors.joining(" AND "));
    return "UPDATE " + name + " SET " + column + " = ? WHERE " + where;
  }

  private static Object[] with(List<Object> keys, byte[] value) {
    return Stream.concat(Stream.of((Object) value), keys.stream()).toArray();
  }

  /** A table whose values are sealed for its one key. */
  public static SealedTable of(
      Database database, String name, String key, String column, String kind) {
    return new SealedTable(
        name,
        List.of(key),
        column,
        kind,
        values -> String.valueOf(values.get(0)),
        database::transaction);
  }
}
