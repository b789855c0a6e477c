package dev.drover.orchestrator.uplink;

import dev.drover.engine.outbox.OutboxSource;
import dev.drover.orchestrator.store.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the rows of the uplink: what can go into the queue, and what is sent next. */
final class UplinkRows {
  /** A larger write stays in the store, and the queue carries only which one it is; in bytes. */
  static final int COPY = 32_768;

  private static final String COLUMNS =
      "SELECT seq, type, item_key, class, idempotency_key, created_at, ";
  private static final String ITEMS = COLUMNS + "body, tries FROM uplink_items";
  private static final String MESSAGES =
      COLUMNS + "CASE WHEN size <= " + COPY + " THEN body END, tries FROM uplink_items";

  /** What a row takes in the queue, in bytes. */
  private static final String CARRIED =
      "CASE WHEN size <= " + COPY + " THEN size ELSE " + UplinkRoom.ROW + " END";

  private final Database database;
  private final UplinkSeal seal;

  UplinkRows(Database database, UplinkSeal seal) {
    this.database = database;
    this.seal = seal;
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
          UplinkItem item = item(row, null);
          String message = item.message(row.getBytes(7));
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
  private static String fitting(String select, String size, String condition) {
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

  /** As {@link UplinkStore#next}; the body is null where no key opens it. */
  List<UplinkItem> next(Collection<UplinkRef> batch, int most, long bytes) {
    hold(batch);
    Map<UplinkClass, Long> last = lastOpen(batch);
    List<UplinkItem> next = new ArrayList<>();
    for (UplinkClass queue : UplinkClass.values()) {
      long room = bytes - next.stream().mapToLong(UplinkItem::size).sum();
      if (last.containsKey(queue) && next.size() < most && room > 0) {
        next.addAll(upTo(last.get(queue), queue, most - next.size(), room));
      }
    }
    return next;
  }

  /** What is about to be sent gives way no more, also when the queue's confirmation is to come. */
  private void hold(Collection<UplinkRef> batch) {
    Object[] latest =
        batch.stream()
            .filter(item -> item.queue() == UplinkClass.LATEST)
            .map(UplinkRef::seq)
            .toArray();
    String unconfirmed = "published IS NULL AND seq IN (" + marks(latest.length) + ")";
    if (latest.length > 0
        && !database
            .query(row -> true, "SELECT 1 FROM uplink_items WHERE " + unconfirmed, latest)
            .isEmpty()) {
      database.together(
          open ->
              Database.update(
                  open, "UPDATE uplink_items SET published = 1 WHERE " + unconfirmed, latest));
    }
  }

  static String marks(int count) {
    return String.join(", ", Collections.nCopies(count, "?"));
  }

  /** The number of the last item of each class that is not settled. */
  private Map<UplinkClass, Long> lastOpen(Collection<UplinkRef> batch) {
    Map<UplinkClass, Long> last = new EnumMap<>(UplinkClass.class);
    Map<Long, UplinkRef> refs = new HashMap<>();
    batch.forEach(ref -> refs.put(ref.seq(), ref));
    for (Tries open : tries(refs.keySet())) {
      UplinkRef ref = refs.get(open.seq);
      if (ref.idempotencyKey().equals(open.key)) {
        last.merge(ref.queue(), ref.seq(), Math::max);
      }
    }
    return last;
  }

  /** The items of a class that may go, up to this number. */
  private List<UplinkItem> upTo(long seq, UplinkClass queue, int most, long bytes) {
    // One of class latest can still give way to a newer one until it is in the queue.
    String here = queue == UplinkClass.LATEST ? " AND published IS NOT NULL" : "";
    return database.query(
        this::item,
        fitting(ITEMS, "size", "class = ? AND seq <= ? AND waits_for IS NULL" + here),
        queue.wire(),
        seq,
        most,
        bytes);
  }

  /** As {@link UplinkStore#open}: what they say is not read and opened again. */
  List<UplinkItem> open(Collection<UplinkItem> items) {
    Map<Long, UplinkItem> known = new HashMap<>();
    items.forEach(item -> known.put(item.seq(), item));
    return tries(known.keySet()).stream()
        .filter(open -> known.get(open.seq).idempotencyKey().equals(open.key))
        .map(open -> known.get(open.seq).tried(open.tries))
        .toList();
  }

  private record Tries(long seq, String key, int tries) {}

  /** Those of these rows that there are, by number. */
  private List<Tries> tries(Collection<Long> seqs) {
    return database.query(
        row -> new Tries(row.getLong(1), row.getString(2), row.getInt(3)),
        "SELECT seq, idempotency_key, tries FROM uplink_items WHERE seq IN ("
            + marks(seqs.size())
            + ") ORDER BY seq",
        seqs.toArray());
  }

  private UplinkItem item(ResultSet row) throws SQLException {
    return item(row, seal.open(row.getString(5), row.getBytes(7)));
  }

  private static UplinkItem item(ResultSet row, String body) throws SQLException {
    return new UplinkItem(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        UplinkClass.of(row.getString(4)),
        row.getString(5),
        Instant.ofEpochMilli(row.getLong(6)),
        body,
        row.getInt(8));
  }
}
