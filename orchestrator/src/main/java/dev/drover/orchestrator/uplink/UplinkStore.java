package dev.drover.orchestrator.uplink;

import dev.drover.orchestrator.store.Database;
import dev.drover.orchestrator.store.MallStore;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The uplink's tables in {@code mall.db}: a row for each item that is accepted and not settled. The
 * row holds the body until the queue has confirmed it, so a crash between both leaves an item that
 * is published again, never a number without one.
 *
 * <p>An item that the queue has confirmed carries the order of its confirmation. The queue is first
 * in, first out for each class; so an item with a lower order than one that is settled is lost, and
 * counts as a gap.
 */
public final class UplinkStore {
  /** What a row takes besides its body, about, in bytes. */
  static final long ROW = 256;

  private static final String COLUMNS =
      "seq, type, item_key, class, idempotency_key, created_at, body";

  private final Database database;
  private final long maxBytes;
  private final Clock clock;
  private final AtomicLong bytes = new AtomicLong();
  private final List<Runnable> wakes = new CopyOnWriteArrayList<>();

  /**
   * The uplink of this store.
   *
   * @param maxBytes what pending and parked items may take
   */
  public UplinkStore(MallStore store, long maxBytes, Clock clock) {
    this.database = store.database();
    this.maxBytes = maxBytes;
    this.clock = clock;
    database.transaction(
        open -> {
          for (String sql : UplinkSchema.STATEMENTS) {
            Database.update(open, sql);
          }
          return null;
        });
    measure();
  }

  private void measure() {
    bytes.set(
        count(
            "SELECT (SELECT coalesce(sum(size), 0) FROM uplink_items) + (SELECT coalesce(sum(size),"
                + " 0) FROM uplink_parked)"));
  }

  /** The running sum knows nothing of what is undone. */
  private <T> T write(Database.Work<T> work) {
    try {
      return database.together(work);
    } catch (RuntimeException e) {
      measure();
      throw e;
    }
  }

  /**
   * Accepts a write; it is durable when this returns. A write whose key is on its way already is
   * the same item.
   *
   * @param given the caller's idempotency key; null for none
   * @return the item with its number; empty when there is no room for it
   */
  Optional<UplinkItem> accept(
      String type, String key, UplinkClass queue, String given, String body) {
    String idempotencyKey = idempotencyKey(type, key, given);
    Instant now = Instant.ofEpochMilli(clock.millis());
    Optional<UplinkItem> accepted =
        write(
            open -> {
              OptionalLong seq = insert(open, type, key, queue, idempotencyKey, now, body);
              return seq.isEmpty()
                  ? Optional.empty()
                  : Optional.of(
                      new UplinkItem(seq.getAsLong(), type, key, queue, idempotencyKey, now, body));
            });
    wakes.forEach(Runnable::run);
    return accepted;
  }

  /** A given key is the caller's own; two callers may use the same one. */
  private static String idempotencyKey(String type, String key, String given) {
    if (given == null) {
      return UUID.randomUUID().toString();
    }
    String scoped = type + '\n' + key + '\n' + given;
    return UUID.nameUUIDFromBytes(scoped.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private OptionalLong insert(
      Connection open,
      String type,
      String key,
      UplinkClass queue,
      String idempotencyKey,
      Instant now,
      String body)
      throws SQLException {
    List<Long> same =
        Database.query(
            open,
            row -> row.getLong(1),
            "SELECT seq FROM uplink_items WHERE idempotency_key = ?",
            idempotencyKey);
    if (!same.isEmpty()) {
      return OptionalLong.of(same.get(0));
    }
    if (queue == UplinkClass.LATEST) {
      supersede(
          open, "class = 'latest' AND published IS NULL AND type = ? AND item_key = ?", type, key);
    }
    long size = body.getBytes(StandardCharsets.UTF_8).length + ROW;
    if (!makeRoom(open, queue, size)) {
      return OptionalLong.empty();
    }
    Database.update(
        open,
        "INSERT INTO uplink_items (type, item_key, class, idempotency_key, created_at, body, size)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?)",
        type,
        key,
        queue.wire(),
        idempotencyKey,
        now.toEpochMilli(),
        body,
        size);
    bytes.addAndGet(size);
    add(open, "accepted", 1);
    return OptionalLong.of(
        Database.query(open, row -> row.getLong(1), "SELECT last_insert_rowid()").get(0));
  }

  /** What may be dropped gives way to what may not. */
  private boolean makeRoom(Connection open, UplinkClass queue, long size) throws SQLException {
    while (bytes.get() + size > maxBytes) {
      boolean freed =
          queue != UplinkClass.LATEST
              && supersede(
                      open,
                      "seq IN (SELECT seq FROM uplink_items WHERE class = 'latest' AND published IS"
                          + " NULL ORDER BY seq LIMIT 100)")
                  > 0;
      if (!freed) {
        return false;
      }
    }
    return true;
  }

  private int supersede(Connection open, String where, Object... values) throws SQLException {
    List<Long> sizes =
        Database.query(
            open,
            row -> row.getLong(1),
            "DELETE FROM uplink_items WHERE " + where + " RETURNING size",
            values);
    if (!sizes.isEmpty()) {
      add(open, "superseded", sizes.size());
      bytes.addAndGet(-sizes.stream().mapToLong(Long::longValue).sum());
    }
    return sizes.size();
  }

  /** The oldest items of a class that the queue has not confirmed. */
  List<UplinkItem> unpublished(UplinkClass queue, int max) {
    return database.query(
        UplinkStore::item,
        "SELECT "
            + COLUMNS
            + " FROM uplink_items WHERE class = ? AND published IS NULL ORDER BY seq LIMIT ?",
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
    write(
        open -> {
          long order = value(open, "published");
          for (long seq : seqs) {
            Database.update(
                open,
                "UPDATE uplink_items SET published = ?, body = NULL WHERE seq = ? AND published IS"
                    + " NULL",
                ++order,
                seq);
          }
          add(open, "published", seqs.size());
          return null;
        });
  }

  /**
   * Those of the items that are not settled, in the order in which they went into the queue: it may
   * bring an item twice, and after a lost connection a broker may put the first one last.
   */
  List<UplinkItem> open(Collection<UplinkItem> items) {
    return database.read(
        open -> {
          record Place(UplinkItem item, long published) {}
          Map<Long, Place> left = new HashMap<>();
          for (UplinkItem item : items) {
            Database.query(
                    open,
                    row -> row.getLong(1),
                    "SELECT coalesce(published, 9223372036854775807) FROM uplink_items WHERE seq ="
                        + " ? AND idempotency_key = ?",
                    item.seq(),
                    item.idempotencyKey())
                .forEach(published -> left.put(item.seq(), new Place(item, published)));
          }
          return left.values().stream()
              .sorted(Comparator.comparingLong(Place::published).thenComparing(p -> p.item().seq()))
              .map(Place::item)
              .toList();
        });
  }

  /** How often central has refused the item. */
  int tries(UplinkItem item) {
    return (int) count("SELECT tries FROM uplink_items WHERE seq = ?", item.seq());
  }

  /**
   * Writes down what central says to the items of one request, all of it or nothing.
   *
   * @param parkAfter how many refusals park an item
   * @return the items that are tried again
   */
  List<UplinkItem> settle(List<Verdict> verdicts, int parkAfter, String step) {
    List<UplinkItem> refused =
        write(
            open -> {
              List<UplinkItem> again = new ArrayList<>();
              for (Verdict verdict : verdicts) {
                if (verdict.status() == Verdict.Status.REJECTED) {
                  reject(open, verdict, parkAfter, step, again);
                } else {
                  close(open, verdict.item().seq(), verdict.status().wire());
                  confirm(open, verdict.item().seq());
                }
              }
              return again;
            });
    // There is room in the queue again.
    wakes.forEach(Runnable::run);
    return refused;
  }

  private void reject(
      Connection open, Verdict verdict, int parkAfter, String step, List<UplinkItem> again)
      throws SQLException {
    UplinkItem item = verdict.item();
    Database.update(open, "UPDATE uplink_items SET tries = tries + 1 WHERE seq = ?", item.seq());
    List<Integer> tries =
        Database.query(
            open, row -> row.getInt(1), "SELECT tries FROM uplink_items WHERE seq = ?", item.seq());
    if (tries.isEmpty()) {
      return;
    }
    if (tries.get(0) < parkAfter) {
      again.add(item);
      return;
    }
    close(open, item.seq(), "parked");
    park(open, item, verdict.error(), step, tries.get(0));
  }

  private void park(Connection open, UplinkItem item, String reason, String step, int tries)
      throws SQLException {
    long size = item.body().getBytes(StandardCharsets.UTF_8).length + ROW;
    Database.update(
        open,
        "INSERT INTO uplink_parked (seq, type, item_key, class, idempotency_key, created_at, body,"
            + " size, reason, step, tries, parked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        item.seq(),
        item.type(),
        item.key(),
        item.queue().wire(),
        item.idempotencyKey(),
        item.createdAt().toEpochMilli(),
        item.body(),
        size,
        reason,
        step,
        tries,
        clock.millis());
    bytes.addAndGet(size);
  }

  /** Keeps what the queue brought and nobody can read; it has no number. */
  void parkUnreadable(String message, String reason, String step) {
    write(
        open -> {
          Database.update(
              open,
              "INSERT INTO uplink_parked (seq, type, item_key, class, idempotency_key, created_at,"
                  + " body, size, reason, step, tries, parked_at) VALUES (NULL, 'unreadable', '',"
                  + " 'normal', '', ?, ?, ?, ?, ?, 1, ?)",
              clock.millis(),
              message,
              message.length() + ROW,
              reason,
              step,
              clock.millis());
          bytes.addAndGet(message.length() + ROW);
          return null;
        });
  }

  /** Ends an item's row, counts it, and notes how far its class has come. */
  private void close(Connection open, long seq, String counter) throws SQLException {
    record Closed(long size, Long order, String queue) {}
    List<Closed> closed =
        Database.query(
            open,
            row ->
                new Closed(
                    row.getLong(1),
                    row.getObject(2) == null ? null : row.getLong(2),
                    row.getString(3)),
            "DELETE FROM uplink_items WHERE seq = ? RETURNING size, published, class",
            seq);
    if (closed.isEmpty()) {
      return;
    }
    bytes.addAndGet(-closed.get(0).size());
    add(open, counter, 1);
    if (closed.get(0).order() != null) {
      boolean normal = closed.get(0).queue().equals(UplinkClass.NORMAL.wire());
      raise(open, normal ? "settled_normal" : "settled_urgent", closed.get(0).order());
    }
  }

  private static void confirm(Connection open, long seq) throws SQLException {
    raise(open, "last_receipt", seq);
  }

  /** A parked item goes on its way again, with its number and a new idempotency key. */
  boolean replay(long id) {
    boolean replayed =
        write(
            open -> {
              int copied =
                  Database.update(
                      open,
                      "INSERT INTO uplink_items (seq, type, item_key, class, idempotency_key,"
                          + " created_at, body, size) SELECT seq, type, item_key, class, ?,"
                          + " created_at, body, size FROM uplink_parked WHERE id = ? AND seq IS NOT"
                          + " NULL",
                      UUID.randomUUID().toString(),
                      id);
              if (copied == 1) {
                Database.update(open, "DELETE FROM uplink_parked WHERE id = ?", id);
                add(open, "parked", -1);
              }
              return copied == 1;
            });
    wakes.forEach(Runnable::run);
    return replayed;
  }

  /** Gives a parked item another body; false when there is none with this id. */
  boolean edit(long id, String body) {
    long size = body.getBytes(StandardCharsets.UTF_8).length + ROW;
    return write(
        open -> {
          List<Long> old =
              Database.query(
                  open,
                  row -> row.getLong(1),
                  "SELECT size FROM uplink_parked WHERE id = ? AND seq IS NOT NULL",
                  id);
          if (old.isEmpty()) {
            return false;
          }
          Database.update(
              open, "UPDATE uplink_parked SET body = ?, size = ? WHERE id = ?", body, size, id);
          bytes.addAndGet(size - old.get(0));
          return true;
        });
  }

  /** The parked items after this id, oldest first. */
  List<ParkedItem> parked(long after, int max) {
    return database.query(
        ParkedItem::read,
        "SELECT * FROM uplink_parked WHERE id > ? ORDER BY id LIMIT ?",
        after,
        max);
  }

  /** One parked item. */
  Optional<ParkedItem> parked(long id) {
    return database.first(ParkedItem::read, "SELECT * FROM uplink_parked WHERE id = ?", id);
  }

  /** How many items of a type are on their way. */
  public long pending(String type) {
    return count("SELECT count(*) FROM uplink_items WHERE type = ?", type);
  }

  /** Whether less than a tenth of the room is left. */
  public boolean nearlyFull() {
    return bytes.get() > maxBytes / 10 * 9;
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
                    bytes.get(),
                    row.getLong(8)),
            UplinkSchema.LEDGER)
        .orElseThrow();
  }

  /** Runs this when there is something new to publish. */
  void onReady(Runnable wake) {
    wakes.add(wake);
  }

  private static UplinkItem item(ResultSet row) throws SQLException {
    return new UplinkItem(
        row.getLong("seq"),
        row.getString("type"),
        row.getString("item_key"),
        UplinkClass.of(row.getString("class")),
        row.getString("idempotency_key"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        row.getString("body"));
  }

  private static void add(Connection open, String name, long by) throws SQLException {
    Database.update(
        open,
        "INSERT INTO uplink_counts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET"
            + " value = value + excluded.value",
        name,
        by);
  }

  private static void raise(Connection open, String name, long to) throws SQLException {
    Database.update(
        open,
        "INSERT INTO uplink_counts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET"
            + " value = max(value, excluded.value)",
        name,
        to);
  }

  private static long value(Connection open, String name) throws SQLException {
    List<Long> found =
        Database.query(
            open, row -> row.getLong(1), "SELECT value FROM uplink_counts WHERE name = ?", name);
    return found.isEmpty() ? 0 : found.get(0);
  }

  private long count(String sql, Object... values) {
    return database.first(row -> row.getLong(1), sql, values).orElse(0L);
  }
}
