package dev.drover.orchestrator.uplink.store;

import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes that were accepted and that the store has lost. Their numbers are kept, so that the ledger
 * shows a gap; those that the queue still carries are taken back from it.
 */
public final class UplinkLosses {
  private static final Logger LOG = LoggerFactory.getLogger(UplinkLosses.class);

  /** Numbers that follow each other. */
  public record Range(long first, long last) {}

  private final Database database;
  private final UplinkRoom room;
  private final ParkedItems parked;
  private volatile List<Range> lost = List.of();

  UplinkLosses(Database database, UplinkRoom room, ParkedItems parked) {
    this.database = database;
    this.room = room;
    this.parked = parked;
  }

  /** Compares the store with what was noted outside of it, and notes what is missing. */
  void find(UplinkMark mark) {
    database.transaction(
        open -> {
          UplinkMark.State has = UplinkMark.state(open);
          UplinkMark.State had = mark.read().orElse(has);
          if (had.accepted() > has.accepted()) {
            note(open, has, had);
          }
          if (had.edits() > has.edits()) {
            noteEdits(open, has, had);
          }
          lost = ranges(open);
          return null;
        });
  }

  private static void note(Session open, UplinkMark.State has, UplinkMark.State had)
      throws SQLException {
    long missing = had.accepted() - has.accepted();
    // Without a lost parked write, what was settled then is with central.
    long known = had.parked() > has.parked() ? 0 : Math.max(0, had.settled() - has.accepted());
    LOG.atError()
        .addKeyValue("event", "store_older")
        .addKeyValue("missing", missing)
        .log(
            "mall.db is older than it was: of the writes {} to {}, {} were settled, and {} are"
                + " missing; what the queue has of them is taken back",
            has.accepted() + 1,
            had.accepted(),
            known,
            missing - known);
    UplinkCounts.add(open, "accepted", missing);
    UplinkCounts.add(open, "stored", known);
    raise(open, "uplink_items", had.accepted());
    if (known < missing) {
      Database.update(
          open,
          "INSERT INTO uplink_lost (first, last) VALUES (?, ?)",
          has.accepted() + known + 1,
          had.accepted());
    }
  }

  /**
   * Edits that were answered and had not entered the uplink, such as the second one of an item
   * whose first central has not decided: nobody else has them. They get numbers of lost writes.
   */
  private static void noteEdits(Session open, UplinkMark.State has, UplinkMark.State had)
      throws SQLException {
    long missing = had.edits() - Math.max(has.edits(), had.unsent() - 1);
    raise(open, "edits", had.edits());
    if (missing <= 0) {
      return;
    }
    long last = Math.max(has.accepted(), had.accepted());
    LOG.atError()
        .addKeyValue("event", "store_older")
        .addKeyValue("missing", missing)
        .log(
            "mall.db is older than it was: {} edits that were made here and not sent yet are"
                + " missing; they count as the lost writes {} to {}",
            missing,
            last + 1,
            last + missing);
    UplinkCounts.add(open, "accepted", missing);
    raise(open, "uplink_items", last + missing);
    Database.update(
        open, "INSERT INTO uplink_lost (first, last) VALUES (?, ?)", last + 1, last + missing);
  }

  /** No number is given twice. */
  private static void raise(Session open, String table, long to) throws SQLException {
    if (Database.update(
            open, "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", to, table)
        == 0) {
      Database.update(open, "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, to);
    }
  }

  private static List<Range> ranges(Session open) throws SQLException {
    return Database.query(
        open,
        row -> new Range(row.getLong(1), row.getLong(2)),
        "SELECT first, last FROM uplink_lost ORDER BY first");
  }

  /** The numbers of the writes that nobody has. */
  List<Range> numbers() {
    return lost;
  }

  private boolean isLost(long seq) {
    return lost.stream().anyMatch(range -> range.first <= seq && seq <= range.last);
  }

  /** Takes back what the store has lost of what the queue brought. */
  void takeBack(Collection<UplinkCopy> brought) {
    List<UplinkCopy> mine = brought.stream().filter(copy -> isLost(copy.ref().seq())).toList();
    if (mine.isEmpty()) {
      return;
    }
    List<Long> back =
        database.together(
            open -> {
              List<Long> taken = new ArrayList<>();
              for (UplinkCopy copy : mine) {
                if (leave(open, copy.ref().seq())) {
                  insert(open, copy);
                  taken.add(copy.ref().seq());
                }
              }
              return taken;
            });
    lost = database.read(UplinkLosses::ranges);
    LOG.atWarn()
        .addKeyValue("event", "writes_taken_back")
        .log("{} writes that mall.db had lost came back from the queue", back.size());
  }

  private void insert(Session open, UplinkCopy copy) throws SQLException {
    if (copy.sealed() == null) {
      parked.parkLost(open, copy);
      UplinkCounts.add(open, "parked", 1);
      return;
    }
    long size = copy.sealed().length + UplinkRoom.ROW;
    // One that waits under this key already is the same write.
    int added =
        Database.update(
            open,
            "INSERT INTO uplink_items (seq, type, item_key, class, idempotency_key, created_at,"
                + " size, published, body) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO"
                + " NOTHING",
            copy.ref().seq(),
            copy.type(),
            copy.key(),
            copy.ref().queue().wire(),
            copy.ref().idempotencyKey(),
            copy.createdAt().toEpochMilli(),
            size,
            copy.sealed());
    if (added == 1) {
      room.add(size);
    } else {
      UplinkCounts.add(open, "duplicate", 1);
    }
  }

  /** Takes a number out of the lost ones; false when it is none of them any more. */
  private static boolean leave(Session open, long seq) throws SQLException {
    List<Range> around =
        Database.query(
            open,
            row -> new Range(row.getLong(1), row.getLong(2)),
            "DELETE FROM uplink_lost WHERE first <= ? AND last >= ? RETURNING first, last",
            seq,
            seq);
    for (Range range : around) {
      keep(open, range.first, seq - 1);
      keep(open, seq + 1, range.last);
    }
    return !around.isEmpty();
  }

  private static void keep(Session open, long first, long last) throws SQLException {
    if (first <= last) {
      Database.update(open, "INSERT INTO uplink_lost (first, last) VALUES (?, ?)", first, last);
    }
  }
}
