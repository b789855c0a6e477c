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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The uplink's tables in {@code mall.db}: a row for each item that is accepted and not settled. The
 * queue carries copies: what is sent, and in which order, follows from the rows, so what a queue
 * brings late, twice or not at all does no harm.
 *
 * <p>Classes have queues of their own, so an item also names the urgent one of its key that it must
 * not overtake, and is not published before that is settled.
 */
public final class UplinkStore {
  private static final String ITEMS =
      "SELECT seq, type, item_key, class, idempotency_key, created_at, body, tries FROM"
          + " uplink_items";
  private static final String LIMIT = " ORDER BY seq LIMIT ?";

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
          // A queue of others may have lost what it had. What comes twice is settled once.
          Database.update(open, "UPDATE uplink_items SET published = 0 WHERE published = 1");
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
    // Those that were in it before the last start, which may be in it still, go first.
    List<UplinkItem> items = new ArrayList<>(unpublished(queue, "= 0", max));
    items.addAll(unpublished(queue, "IS NULL", max - items.size()));
    return items;
  }

  private List<UplinkItem> unpublished(UplinkClass queue, String published, int max) {
    return database.query(
        UplinkStore::item,
        ITEMS + " WHERE class = ? AND published " + published + " AND waits_for IS NULL" + LIMIT,
        queue.wire(),
        max);
  }

  /** How many items of a class are in the queue. */
  long queued(UplinkClass queue) {
    return count(
        "SELECT count(*) FROM uplink_items WHERE class = ? AND published = 1", queue.wire());
  }

  /** The queue has confirmed these. */
  void published(List<Long> seqs) {
    database.together(
        open ->
            Database.update(
                open,
                "UPDATE uplink_items SET published = 1 WHERE seq IN (" + marks(seqs.size()) + ")",
                seqs.toArray()));
  }

  /**
   * What is to be sent next, by number, so that the items of a batch of the queue can be settled:
   * also what should have come before them. A broker that gets a new reader may bring messages
   * late, or may have lost some; the order, and what is to be sent, is the store's.
   *
   * @param batch what the queue brought
   * @param most how many at a time
   * @return nothing when all of the batch is settled
   */
  List<UplinkItem> next(Collection<UplinkItem> batch, int most) {
    hold(batch);
    List<UplinkItem> open = open(batch);
    List<UplinkItem> next = new ArrayList<>();
    for (UplinkClass queue : UplinkClass.values()) {
      List<UplinkItem> own = open.stream().filter(item -> item.queue() == queue).toList();
      if (!own.isEmpty() && next.size() < most) {
        next.addAll(upTo(own, queue, most - next.size()));
      }
    }
    return next;
  }

  /** What is about to be sent gives way no more, also when the queue's confirmation is to come. */
  private void hold(Collection<UplinkItem> batch) {
    Object[] latest =
        batch.stream()
            .filter(item -> item.queue() == UplinkClass.LATEST)
            .map(UplinkItem::seq)
            .toArray();
    String unconfirmed = "published IS NULL AND seq IN (" + marks(latest.length) + ")";
    if (latest.length > 0
        && count("SELECT count(*) FROM uplink_items WHERE " + unconfirmed, latest) > 0) {
      database.together(
          open ->
              Database.update(
                  open, "UPDATE uplink_items SET published = 1 WHERE " + unconfirmed, latest));
    }
  }

  private static String marks(int count) {
    return String.join(", ", Collections.nCopies(count, "?"));
  }

  /** The items of a class that may go, up to the last one of these. */
  private List<UplinkItem> upTo(List<UplinkItem> batch, UplinkClass queue, int most) {
    // One of class latest can still give way to a newer one until it is in the queue.
    String here = queue == UplinkClass.LATEST ? " AND published IS NOT NULL" : "";
    return database.query(
        UplinkStore::item,
        ITEMS + " WHERE class = ? AND seq <= ? AND waits_for IS NULL" + here + LIMIT,
        queue.wire(),
        batch.get(batch.size() - 1).seq(),
        most);
  }

  /**
   * Those of the items that are not settled, by number and as the store has them: what a queue
   * brings names an item and says nothing of it.
   */
  List<UplinkItem> open(Collection<UplinkItem> items) {
    Map<Long, String> keys = new HashMap<>();
    items.forEach(item -> keys.put(item.seq(), item.idempotencyKey()));
    return database
        .query(
            UplinkStore::item,
            ITEMS + " WHERE seq IN (" + marks(keys.size()) + ") ORDER BY seq",
            keys.keySet().toArray())
        .stream()
        .filter(row -> row.idempotencyKey().equals(keys.get(row.seq())))
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
                    room.taken(),
                    row.getLong(7)),
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
