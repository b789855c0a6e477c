package dev.drover.orchestrator.uplink;

import dev.drover.engine.outbox.OutboxSource;
import dev.drover.orchestrator.store.Database;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.store.SealedStore;
import dev.drover.orchestrator.store.SealedTable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
public final class UplinkStore implements SealedStore {
  private static final String ITEMS =
      "SELECT seq, type, item_key, class, idempotency_key, created_at, body, tries FROM"
          + " uplink_items";
  private static final String LIMIT = " ORDER BY seq LIMIT ?";

  private static final String SEAL_BROKEN = "its seal is broken: mall.db is damaged";

  private final Database database;
  private final UplinkSeal seal;
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
    this.seal = new UplinkSeal(store.sealer());
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
    this.intake = new UplinkIntake(database, seal, room, clock);
    this.parked = new ParkedItems(database, seal, room, clock);
  }

  @Override
  public List<SealedTable> sealedTables() {
    return List.of(
        SealedTable.of(database, "uplink_items", "idempotency_key", "body", UplinkSeal.KIND),
        SealedTable.of(database, "uplink_parked", "idempotency_key", "body", UplinkSeal.KIND));
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
  List<UplinkItem> next(Collection<UplinkRef> batch, int most) {
    hold(batch);
    Map<UplinkClass, Long> last = lastOpen(batch);
    List<UplinkItem> next = new ArrayList<>();
    for (UplinkClass queue : UplinkClass.values()) {
      if (last.containsKey(queue) && next.size() < most) {
        next.addAll(upTo(last.get(queue), queue, most - next.size()));
      }
    }
    if (next.stream().allMatch(item -> item.body() != null)) {
      return next;
    }
    settle(
        next.stream()
            .filter(item -> item.body() == null)
            .map(item -> new Verdict(item, Verdict.Status.PARKED, null, SEAL_BROKEN))
            .toList(),
        "uplink-batch-upload");
    return next(batch, most);
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

  /** Those of the items that are not settled, by number and as the store has them now. */
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

  private long count(String sql, Object... values) {
    return database.first(row -> row.getLong(1), sql, values).orElse(0L);
  }
}
