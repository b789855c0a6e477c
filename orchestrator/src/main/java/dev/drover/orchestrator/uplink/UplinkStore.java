package dev.drover.orchestrator.uplink;

import dev.drover.orchestrator.store.Database;
import dev.drover.orchestrator.store.MallStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The uplink's tables in {@code mall.db}: a row for each item that is accepted and not settled. The
 * row holds the body until the queue has confirmed it, so a crash between both leaves an item that
 * is published again, never a number without one.
 *
 * <p>An item that the queue has confirmed carries the order of its confirmation. The queue is first
 * in, first out for each class; so an item with a lower order than one that is settled is lost, and
 * counts as a gap.
 *
 * <p>Classes have queues of their own, so an item also names the urgent one of its key that it must
 * not overtake, and is not published before that is settled.
 */
public final class UplinkStore {
  private final Database database;
  private final UplinkRoom room;
  private final UplinkIntake intake;
  private final ParkedItems parked;
  private final List<Runnable> wakes = new CopyOnWriteArrayList<>();

  /**
   * The uplink of this store.
   *
   * @param maxBytes what pending and parked items may take
   */
  public UplinkStore(MallStore store, long maxBytes, Clock clock) {
    this.database = store.database();
    database.transaction(
        open -> {
          for (String sql : UplinkSchema.STATEMENTS) {
            Database.update(open, sql);
          }
          return null;
        });
    this.room = new UplinkRoom(database, maxBytes);
    database.afterUndoing(room::measure);
    this.intake = new UplinkIntake(database, room, clock);
    this.parked = new ParkedItems(database, room, clock);
  }

  /**
   * Accepts a write; it is durable when this returns. A write whose key is on its way already is
   * the same item.
   *
   * @param given the caller's idempotency key; null for none
   * @return the item with its number; empty when there is no room for it
   */
  public Optional<UplinkItem> accept(
      String type, String key, UplinkClass queue, String given, String body) {
    Optional<UplinkItem> accepted = intake.accept(type, key, queue, given, body);
    wake();
    return accepted;
  }

  /** The oldest items of a class that can go into the queue and that it has not confirmed. */
  List<UplinkItem> unpublished(UplinkClass queue, int max) {
    return database.query(
        UplinkStore::item,
        "SELECT seq, type, item_key, class, idempotency_key, created_at, body, tries FROM"
            + " uplink_items WHERE class = ? AND published IS NULL AND waits_for IS NULL ORDER BY"
            + " seq LIMIT ?",
        queue.wire(),
        max);
  }

  /** How many items of a class are in the queue. */
  long queued(UplinkClass queue) {
    return count(
        "SELECT count(*) FROM uplink_items WHERE class = ? AND published IS NOT NULL",
        queue.wire());
  }

  /** The queue has confirmed these, in this order; it holds their bodies from now on. */
  void published(List<Long> seqs) {
    database.together(
        open -> {
          long order = UplinkCounts.value(open, "published");
          List<Long> places = new ArrayList<>();
          for (long seq : seqs) {
            places.add(seq);
            places.add(++order);
          }
          Database.update(
              open,
              "WITH list (seq, place) AS (VALUES "
                  + String.join(", ", Collections.nCopies(seqs.size(), "(?, ?)"))
                  + ") UPDATE uplink_items SET published = list.place, body = NULL FROM list WHERE"
                  + " uplink_items.seq = list.seq AND published IS NULL",
              places.toArray());
          UplinkCounts.add(open, "published", seqs.size());
          return null;
        });
  }

  /**
   * Those of the items that are not settled, with the number of their refusals, in the order in
   * which they went into the queue: it may bring an item twice, and after a lost connection a
   * broker may put the first one last.
   */
  List<UplinkItem> open(Collection<UplinkItem> items) {
    record Row(String idempotencyKey, long order, int tries) {}
    Map<Long, Row> rows = new HashMap<>();
    database.query(
        row -> rows.put(row.getLong(1), new Row(row.getString(2), row.getLong(3), row.getInt(4))),
        "SELECT seq, idempotency_key, coalesce(published, 9223372036854775807), tries FROM"
            + " uplink_items WHERE seq IN ("
            + String.join(", ", Collections.nCopies(items.size(), "?"))
            + ")",
        items.stream().map(UplinkItem::seq).toArray());
    Map<Long, UplinkItem> open = new HashMap<>();
    for (UplinkItem item : items) {
      Row row = rows.get(item.seq());
      if (row != null && row.idempotencyKey().equals(item.idempotencyKey())) {
        open.put(item.seq(), item.refused(row.tries()));
      }
    }
    return open.values().stream()
        .sorted(
            Comparator.<UplinkItem>comparingLong(item -> rows.get(item.seq()).order())
                .thenComparing(UplinkItem::seq))
        .toList();
  }

  /**
   * Writes down what became of the items of one request, all of it or nothing.
   *
   * @return the items that are tried again
   */
  List<UplinkItem> settle(List<Verdict> verdicts, String step) {
    List<UplinkItem> again =
        database.together(open -> new UplinkSettlement(open, room).settle(verdicts, parked, step));
    // There is room in the queue again.
    wake();
    return again;
  }

  /** What waits for a person. */
  ParkedItems parked() {
    return parked;
  }

  /** A parked item goes on its way again; false when there is none with this id. */
  boolean replay(long id) {
    boolean replayed = parked.replay(id);
    wake();
    return replayed;
  }

  /** How many urgent items of a type are on their way. */
  public long pendingUrgent(String type) {
    return count("SELECT count(*) FROM uplink_items WHERE class = 'urgent' AND type = ?", type);
  }

  /** Whether less than a tenth of the room is left. */
  public boolean nearlyFull() {
    return room.nearlyFull();
  }

  /** The ledger as it stands. */
  public Ledger ledger() {
    return database
        .first(
            row ->
                new Ledger(
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(3),
                    row.getLong(4),
                    row.getLong(5),
                    row.getLong(6),
                    row.getLong(7),
                    room.taken(),
                    row.getLong(8)),
            UplinkSchema.LEDGER)
        .orElseThrow();
  }

  /** Runs this when there is something new to publish. */
  void onReady(Runnable wake) {
    wakes.add(wake);
  }

  private void wake() {
    wakes.forEach(Runnable::run);
  }

  private static UplinkItem item(ResultSet row) throws SQLException {
    return new UplinkItem(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        UplinkClass.of(row.getString(4)),
        row.getString(5),
        Instant.ofEpochMilli(row.getLong(6)),
        row.getString(7),
        row.getInt(8));
  }

  private long count(String sql, Object... values) {
    return database.first(row -> row.getLong(1), sql, values).orElse(0L);
  }
}
