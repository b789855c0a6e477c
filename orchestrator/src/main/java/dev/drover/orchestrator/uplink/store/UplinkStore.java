package dev.drover.orchestrator.uplink.store;

import dev.drover.engine.outbox.OutboxSource;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.SealedStore;
import dev.drover.orchestrator.database.SealedTable;
import dev.drover.orchestrator.store.MallStore;
import java.time.Clock;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The uplink's tables in {@code mall.db}: a row for each item that is accepted and not settled. The
 * queue carries what is sent. Whether, and in which order, follows from the numbers and states of
 * the rows, and they fill what the queue lacks; so what it brings late, twice or not at all does no
 * harm.
 *
 * <p>Classes have queues of their own, so an item also names the urgent one of its key that it must
 * not overtake, and is not published before that is settled.
 */
public final class UplinkStore implements SealedStore {
  private final Database database;
  private final UplinkRows rows;
  private final UplinkPlan plan;
  private final UplinkRoom room;
  private final UplinkIntake intake;
  private final ParkedItems parked;
  private final UplinkMark mark;
  private final UplinkLosses losses;
  private final UplinkPulse pulse = new UplinkPulse(System::nanoTime);
  private final Map<UplinkClass, List<Runnable>> wakes = new EnumMap<>(UplinkClass.class);

  /**
   * The uplink of this store.
   *
   * @param maxBytes what pending and parked items may take
   */
  public UplinkStore(MallStore store, long maxBytes, Clock clock) {
    this.database = store.database();
    UplinkSeal seal = new UplinkSeal(store.sealer());
    for (UplinkClass queue : UplinkClass.values()) {
      wakes.put(queue, new CopyOnWriteArrayList<>());
    }
    this.rows = new UplinkRows(database);
    this.plan = new UplinkPlan(database, seal);
    this.room = new UplinkRoom(database, maxBytes);
    database.afterUndoing(room::measure);
    this.intake = new UplinkIntake(database, seal, room, clock);
    this.parked = new ParkedItems(database, seal, room, clock);
    this.mark = new UplinkMark(store.beside("uplink.mark"), store.sealer());
    this.losses = new UplinkLosses(database, room, parked);
    losses.find(mark);
    database.witnessedBy(mark);
  }

  @Override
  public List<SealedTable> sealedTables() {
    return List.of(
        SealedTable.of(database, "uplink_items", "idempotency_key", "body", UplinkSeal.KIND),
        SealedTable.of(database, "uplink_parked", "idempotency_key", "body", UplinkSeal.KIND));
  }

  @Override
  public void sealedAnew() {
    mark.forget();
    // a transaction is what writes it
    database.transaction(open -> null);
  }

  /**
   * The numbers of the accepted writes that neither the store nor the queue has, as far as known.
   */
  public List<UplinkLosses.Range> lost() {
    return losses.numbers();
  }

  /** Takes back what the store has lost of what the queue brought. */
  public void takeBack(Collection<UplinkCopy> brought) {
    if (!losses.numbers().isEmpty()) {
      losses.takeBack(brought);
    }
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
    wakes.get(queue).forEach(Runnable::run);
    return accepted;
  }

  /**
   * The same for a write of class {@code latest}, but only in the place of an older one that still
   * waits, so that it takes no more room.
   *
   * @return the item with its number; empty when there is none to replace
   */
  public Optional<UplinkItem> replace(String type, String key, String given, String body) {
    Optional<UplinkItem> accepted = intake.replace(type, key, given, body);
    wakes.get(UplinkClass.LATEST).forEach(Runnable::run);
    return accepted;
  }

  /**
   * The oldest items of a class that can go into the queue and that it has not confirmed: up to so
   * many, and so many bytes, but always one.
   */
  public List<OutboxSource.Entry> unpublished(UplinkClass queue, int max, long bytes) {
    return rows.unpublished(queue, max, bytes);
  }

  /** What of a class is in the queue. */
  public UplinkQueued queued(UplinkClass queue) {
    return rows.queued(queue);
  }

  /**
   * The queue seems to have lost what it had of a class: it goes there again. What comes twice is
   * settled once.
   */
  public void publishAgain(UplinkClass queue) {
    database.together(
        open ->
            Database.update(
                open,
                "UPDATE uplink_items SET published = 0 WHERE class = ? AND published = 1",
                queue.wire()));
  }

  /** How the readers of the queues are. */
  public UplinkPulse pulse() {
    return pulse;
  }

  /** The queue has confirmed these. */
  public void published(List<Long> seqs) {
    database.together(
        open ->
            Database.update(
                open,
                "UPDATE uplink_items SET published = 1 WHERE seq IN ("
                    + UplinkRows.marks(seqs.size())
                    + ")",
                seqs.toArray()));
  }

  /**
   * What is to be sent next, by number, so that the items of a batch of the queue can be settled:
   * also what should have come before them. A broker that gets a new reader may bring messages
   * late, or may have lost some; the order is that of the numbers.
   *
   * @param batch what the queue brought
   * @param most how many at a time
   * @param bytes how many bytes of them at a time; a larger one comes alone
   * @return items without their bodies; none when all of the batch is settled
   */
  public List<UplinkItem> next(Collection<UplinkRef> batch, int most, long bytes) {
    return plan.next(batch, most, bytes);
  }

  /**
   * The item with what the queue brought of it; without a body when that is nothing, or something
   * else, or has a seal that no key opens.
   *
   * @param copy what the queue brought under its number and key; null for nothing
   */
  public UplinkItem carried(UplinkItem item, UplinkCopy copy) {
    return plan.carried(item, copy);
  }

  /** Fills the holes of the queue from the rows; what stays without a body has a broken seal. */
  public List<UplinkItem> fill(List<UplinkItem> items) {
    return plan.fill(items);
  }

  /** How many writes were sent as the queue brought them, since the start. */
  public long carried() {
    return plan.carried();
  }

  /** How many writes the queue had not brought and the rows have filled, since the start. */
  public long filled() {
    return plan.filled();
  }

  /**
   * Those of the items that are not settled, by number and with the refusals that they have now.
   */
  public List<UplinkItem> open(List<UplinkItem> items) {
    return plan.open(items);
  }

  /**
   * Writes down what became of the items of one request, all of it or nothing.
   *
   * @return the items that are tried again
   */
  public List<UplinkItem> settle(List<Verdict> verdicts, String step) {
    List<UplinkItem> again =
        database.together(open -> new UplinkSettlement(open, room).settle(verdicts, parked, step));
    // There is room in the queue again.
    wake();
    return again;
  }

  /** What waits for a person. */
  public ParkedItems parked() {
    return parked;
  }

  /** A parked item goes on its way again; false when there is none with this id. */
  public boolean replay(long id) {
    boolean replayed = parked.replay(id);
    wake();
    return replayed;
  }

  /** How many urgent items of a type are on their way. */
  public long pendingUrgent(String type) {
    return count("SELECT count(*) FROM uplink_items WHERE class = 'urgent' AND type = ?", type);
  }

  /** What is left of the room, in percent. */
  public int percentLeft() {
    return room.percentLeft();
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

  /** Runs this when there may be something new of a class to publish. */
  public void onReady(UplinkClass queue, Runnable wake) {
    wakes.get(queue).add(wake);
  }

  private void wake() {
    wakes.values().forEach(all -> all.forEach(Runnable::run));
  }

  private long count(String sql, Object... values) {
    return database.first(row -> row.getLong(1), sql, values).orElse(0L);
  }
}
