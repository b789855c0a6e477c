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
import java.util.Objects;

/** Reads the rows of the uplink: what can go into the queue, and what is sent next. */
final class UplinkRows {
  private static final String ITEMS =
      "SELECT seq, type, item_key, class, idempotency_key, created_at, body, tries FROM"
          + " uplink_items";
  private static final String LIMIT = " ORDER BY seq LIMIT ?";

  private final Database database;
  private final UplinkSeal seal;

  UplinkRows(Database database, UplinkSeal seal) {
    this.database = database;
    this.seal = seal;
  }

  /** As {@link UplinkStore#unpublished}. */
  List<OutboxSource.Entry> unpublished(UplinkClass queue, int max) {
    // Those that were in it before the last start, which may be in it still, go first.
    List<OutboxSource.Entry> items = new ArrayList<>(unpublished(queue, "= 0", max));
    items.addAll(unpublished(queue, "IS NULL", max - items.size()));
    return items;
  }

  private List<OutboxSource.Entry> unpublished(UplinkClass queue, String published, int max) {
    return database.query(
        row -> {
          UplinkItem item = item(row, null);
          String message = item.message(row.getBytes(7));
          return new OutboxSource.Entry(String.valueOf(item.seq()), Map.of(), message);
        },
        ITEMS + " WHERE class = ? AND published " + published + " AND waits_for IS NULL" + LIMIT,
        queue.wire(),
        max);
  }

  /** As {@link UplinkStore#next}; the body is null where no key opens it. */
  List<UplinkItem> next(Collection<UplinkRef> batch, int most) {
    hold(batch);
    Map<UplinkClass, Long> last = lastOpen(batch);
    List<UplinkItem> next = new ArrayList<>();
    for (UplinkClass queue : UplinkClass.values()) {
      if (last.containsKey(queue) && next.size() < most) {
        next.addAll(upTo(last.get(queue), queue, most - next.size()));
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
    open(
            batch,
            row ->
                new UplinkRef(row.getLong(1), UplinkClass.of(row.getString(4)), row.getString(5)))
        .forEach(item -> last.merge(item.queue(), item.seq(), Math::max));
    return last;
  }

  /** The items of a class that may go, up to this number. */
  private List<UplinkItem> upTo(long seq, UplinkClass queue, int most) {
    // One of class latest can still give way to a newer one until it is in the queue.
    String here = queue == UplinkClass.LATEST ? " AND published IS NOT NULL" : "";
    return database.query(
        this::item,
        ITEMS + " WHERE class = ? AND seq <= ? AND waits_for IS NULL" + here + LIMIT,
        queue.wire(),
        seq,
        most);
  }

  /** As {@link UplinkStore#open}. */
  List<UplinkItem> open(Collection<UplinkItem> items) {
    return open(items.stream().map(UplinkRef::of).toList(), this::item);
  }

  private <T> List<T> open(Collection<UplinkRef> items, Database.Row<T> as) {
    Map<Long, String> keys = new HashMap<>();
    items.forEach(item -> keys.put(item.seq(), item.idempotencyKey()));
    return database
        .query(
            row -> row.getString(5).equals(keys.get(row.getLong(1))) ? as.read(row) : null,
            ITEMS + " WHERE seq IN (" + marks(keys.size()) + ") ORDER BY seq",
            keys.keySet().toArray())
        .stream()
        .filter(Objects::nonNull)
        .toList();
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
