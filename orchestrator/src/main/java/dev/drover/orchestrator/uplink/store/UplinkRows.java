package dev.drover.orchestrator.uplink.store;

import dev.drover.engine.outbox.OutboxSource;
import dev.drover.orchestrator.database.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Reads the rows of the uplink that can go into the queue. */
final class UplinkRows {
  /** A larger write stays in the store, and the queue carries only which one it is; in bytes. */
  static final int COPY = 32_768;

  /** What {@link #item} reads. */
  static final String COLUMNS =
      "SELECT seq, type, item_key, class, idempotency_key, created_at, tries, ";

  private static final String MESSAGES =
      COLUMNS + "CASE WHEN size <= " + COPY + " THEN body END FROM uplink_items";

  /** What a row takes in the queue, in bytes. */
  private static final String CARRIED =
      "CASE WHEN size <= " + COPY + " THEN size ELSE " + UplinkRoom.ROW + " END";

  private final Database database;

  UplinkRows(Database database) {
    this.database = database;
  }

  /** As {@link UplinkStore#unpublished}. */
  List<OutboxSource.Entry> unpublished(UplinkClass queue, int max, long bytes) {
    // Those that a queue may have had and lost go first.
    List<OutboxSource.Entry> again = unpublished(queue, "= 0", max, bytes);
    return again.isEmpty() ? unpublished(queue, "IS NULL", max, bytes) : again;
  }

  private List<OutboxSource.Entry> unpublished(
      UplinkClass queue, String published, int max, long bytes) {
    return database.query(
        row -> {
          UplinkItem item = item(row);
          String message = item.message(row.getBytes(8));
          return new OutboxSource.Entry(String.valueOf(item.seq()), Map.of(), message);
        },
        fitting(
            MESSAGES, CARRIED, "class = ? AND published " + published + " AND waits_for IS NULL"),
        queue.wire(),
        max,
        bytes);
  }

  /**
   * The first rows that together are not larger than so many bytes, and always one. Its values are
   * those of the condition, the greatest number of rows, and the bytes.
   */
  static String fitting(String select, String size, String condition) {
    return select
        + " WHERE seq IN (SELECT seq FROM (SELECT seq, bytes, sum(bytes) OVER (ORDER BY seq) AS"
        + " total FROM (SELECT seq, "
        + size
        + " AS bytes FROM uplink_items WHERE "
        + condition
        + " ORDER BY seq LIMIT ?)) WHERE total <= ? OR total = bytes) ORDER BY seq";
  }

  /** What of a class is in the queue. */
  UplinkQueued queued(UplinkClass queue) {
    return database
        .first(
            row -> new UplinkQueued(row.getLong(1), row.getLong(2)),
            "SELECT count(*), coalesce(sum("
                + CARRIED
                + "), 0) FROM uplink_items WHERE class = ? AND published = 1",
            queue.wire())
        .orElseThrow();
  }

  static String marks(int count) {
    return String.join(", ", Collections.nCopies(count, "?"));
  }

  /** The item of a row, without what it says. */
  static UplinkItem item(ResultSet row) throws SQLException {
    return new UplinkItem(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        UplinkClass.of(row.getString(4)),
        row.getString(5),
        Instant.ofEpochMilli(row.getLong(6)),
        null,
        row.getInt(7));
  }
}
