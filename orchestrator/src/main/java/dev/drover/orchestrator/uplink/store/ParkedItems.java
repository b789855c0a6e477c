package dev.drover.orchestrator.uplink.store;

import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.Session;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The items that central does not take and that wait for a person. */
public final class ParkedItems {
  private static final String INSERT =
      "INSERT INTO uplink_parked (id, seq, type, item_key, class, idempotency_key, created_at, body,"
          + " size, reason, step, tries, parked_at) VALUES ((SELECT id FROM uplink_replayed WHERE seq = ?1),"
          + " ?1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private final Database database;
  private final UplinkSeal seal;
  private final UplinkRoom room;
  private final Clock clock;

  ParkedItems(Database database, UplinkSeal seal, UplinkRoom room, Clock clock) {
    this.database = database;
    this.seal = seal;
    this.room = room;
    this.clock = clock;
  }

  /**
   * Parks an item after its last try; part of the transaction that ends its row. One that was
   * parked before has its former id again.
   */
  void park(Session open, UplinkItem item, String reason, String step) throws SQLException {
    String body = item.body() == null ? "null" : item.body();
    long size = UplinkRoom.size(body);
    Database.update(
        open,
        INSERT,
        item.seq(),
        item.type(),
        item.key(),
        item.queue().wire(),
        item.idempotencyKey(),
        item.createdAt().toEpochMilli(),
        seal.seal(item.idempotencyKey(), body),
        size,
        reason,
        step,
        item.tries() + 1,
        clock.millis());
    room.add(size);
  }

  /** Names a write that the store has lost and that was too large for the queue to carry. */
  void parkLost(Session open, UplinkCopy copy) throws SQLException {
    UplinkRef ref = copy.ref();
    park(
        open,
        new UplinkItem(
            ref.seq(),
            copy.type(),
            copy.key(),
            ref.queue(),
            ref.idempotencyKey(),
            copy.createdAt(),
            null,
            0),
        "mall.db lost this write, and the queue has no copy because it was too large",
        "uplink-batch-upload");
  }

  /** Keeps what the queue brought and nobody can read; it has no number. */
  public void parkUnreadable(String message, String reason, String step) {
    long size = UplinkRoom.size(message);
    long now = clock.millis();
    String key = UUID.randomUUID().toString();
    database.together(
        open -> {
          Database.update(
              open,
              INSERT,
              null,
              "unreadable",
              "",
              UplinkClass.NORMAL.wire(),
              key,
              now,
              seal.seal(key, message),
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
          Optional<Body> parked = body(open, id);
          if (parked.isEmpty() || parked.get().text() == null) {
            return false;
          }
          String key = UUID.randomUUID().toString();
          Database.update(
              open,
              "INSERT INTO uplink_items (seq, type, item_key, class, idempotency_key, created_at,"
                  + " body, size) SELECT seq, type, item_key, class, ?, created_at, ?, size FROM"
                  + " uplink_parked WHERE id = ?",
              key,
              seal.seal(key, parked.get().text()),
              id);
          Database.update(
              open,
              "INSERT OR REPLACE INTO uplink_replayed (seq, id) SELECT seq, id FROM uplink_parked"
                  + " WHERE id = ?",
              id);
          Database.update(open, "DELETE FROM uplink_parked WHERE id = ?", id);
          UplinkCounts.add(open, "parked", -1);
          return true;
        });
  }

  /** Gives a parked item another body; false when there is none with this id. */
  public boolean edit(long id, String body) {
    long size = UplinkRoom.size(body);
    return database.together(
        open -> {
          Optional<Body> old = body(open, id);
          if (old.isEmpty()) {
            return false;
          }
          Database.update(
              open,
              "UPDATE uplink_parked SET body = ?, size = ? WHERE id = ?",
              seal.seal(old.get().key(), body),
              size,
              id);
          room.add(size - old.get().size());
          return true;
        });
  }

  /** What an item says that has a number; the text is null when its seal is broken. */
  private record Body(String key, String text, long size) {}

  private Optional<Body> body(Session open, long id) throws SQLException {
    return Database.query(
            open,
            row ->
                new Body(
                    row.getString(1), seal.open(row.getString(1), row.getBytes(2)), row.getLong(3)),
            "SELECT idempotency_key, body, size FROM uplink_parked WHERE id = ? AND seq IS NOT NULL",
            id)
        .stream()
        .findFirst();
  }

  /** Those after this id, oldest first: up to so many, and so many bytes, but always one. */
  public List<ParkedItem> list(long after, int max, long bytes) {
    return database.query(
        row -> ParkedItem.read(row, seal),
        "SELECT * FROM uplink_parked WHERE id IN (SELECT id FROM (SELECT id, size, sum(size) OVER"
            + " (ORDER BY id) AS total FROM (SELECT id, size FROM uplink_parked WHERE id > ? ORDER"
            + " BY id LIMIT ?)) WHERE total <= ? OR total = size) ORDER BY id",
        after,
        max,
        bytes);
  }

  /** One of them. */
  public Optional<ParkedItem> read(long id) {
    return database.first(
        row -> ParkedItem.read(row, seal), "SELECT * FROM uplink_parked WHERE id = ?", id);
  }
}
