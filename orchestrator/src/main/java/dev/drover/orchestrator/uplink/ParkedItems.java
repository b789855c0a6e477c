package dev.drover.orchestrator.uplink;

import dev.drover.orchestrator.store.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The items that central does not take and that wait for a person. */
final class ParkedItems {
  private static final String INSERT =
      "INSERT INTO uplink_parked (seq, type, item_key, class, idempotency_key, created_at, body,"
          + " size, reason, step, tries, parked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private final Database database;
  private final UplinkRoom room;
  private final Clock clock;

  ParkedItems(Database database, UplinkRoom room, Clock clock) {
    this.database = database;
    this.room = room;
    this.clock = clock;
  }

  /** Parks an item after its last try; part of the transaction that ends its row. */
  void park(Connection open, UplinkItem item, String reason, String step) throws SQLException {
    long size = UplinkRoom.size(item.body());
    Database.update(
        open,
        INSERT,
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
        item.tries() + 1,
        clock.millis());
    room.add(size);
  }

  /** Keeps what the queue brought and nobody can read; it has no number. */
  void parkUnreadable(String message, String reason, String step) {
    long size = UplinkRoom.size(message);
    long now = clock.millis();
    database.together(
        open -> {
          Database.update(
              open,
              INSERT,
              null,
              "unreadable",
              "",
              UplinkClass.NORMAL.wire(),
              "",
              now,
              message,
              size,
              reason,
              step,
              1,
              now);
          room.add(size);
          return null;
        });
  }

  /** A parked item goes on its way again, with its number and a new idempotency key. */
  boolean replay(long id) {
    return database.together(
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
            UplinkCounts.add(open, "parked", -1);
          }
          return copied == 1;
        });
  }

  /** Gives a parked item another body; false when there is none with this id. */
  boolean edit(long id, String body) {
    long size = UplinkRoom.size(body);
    return database.together(
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
          room.add(size - old.get(0));
          return true;
        });
  }

  /** Those after this id, oldest first. */
  List<ParkedItem> list(long after, int max) {
    return database.query(
        ParkedItem::read,
        "SELECT * FROM uplink_parked WHERE id > ? ORDER BY id LIMIT ?",
        after,
        max);
  }

  /** One of them. */
  Optional<ParkedItem> read(long id) {
    return database.first(ParkedItem::read, "SELECT * FROM uplink_parked WHERE id = ?", id);
  }
}
