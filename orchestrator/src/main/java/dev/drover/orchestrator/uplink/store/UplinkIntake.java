package dev.drover.orchestrator.uplink.store;

import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.Session;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** Gives accepted writes their numbers, and decides which ones give way when room is short. */
final class UplinkIntake {
  private final Database database;
  private final UplinkSeal seal;
  private final UplinkRoom room;
  private final Clock clock;

  UplinkIntake(Database database, UplinkSeal seal, UplinkRoom room, Clock clock) {
    this.database = database;
    this.seal = seal;
    this.room = room;
    this.clock = clock;
  }

  /** As {@link UplinkStore#accept}. */
  Optional<UplinkItem> accept(
      String type, String key, UplinkClass queue, String given, String body) {
    return accept(type, key, queue, given, body, false);
  }

  /** As {@link UplinkStore#replace}. */
  Optional<UplinkItem> replace(String type, String key, String given, String body) {
    return accept(type, key, UplinkClass.LATEST, given, body, true);
  }

  private Optional<UplinkItem> accept(
      String type, String key, UplinkClass queue, String given, String body, boolean inPlace) {
    String idempotencyKey =
        given == null ? UUID.randomUUID().toString() : UplinkItem.idempotencyKey(type, key, given);
    Instant now = Instant.ofEpochMilli(clock.millis());
    UplinkItem item = new UplinkItem(0, type, key, queue, idempotencyKey, now, body, 0);
    OptionalLong seq = database.together(open -> insert(open, item, inPlace));
    return seq.isEmpty() ? Optional.empty() : Optional.of(item.numbered(seq.getAsLong()));
  }

  private OptionalLong insert(Session open, UplinkItem item, boolean inPlace) throws SQLException {
    List<Long> same =
        Database.query(
            open,
            row -> row.getLong(1),
            "SELECT seq FROM uplink_items WHERE idempotency_key = ?",
            item.idempotencyKey());
    if (!same.isEmpty()) {
      return OptionalLong.of(same.get(0));
    }
    if (item.queue() == UplinkClass.LATEST) {
      int replaced =
          supersede(
              open,
              "class = 'latest' AND published IS NULL AND type = ? AND item_key = ?",
              item.type(),
              item.key());
      if (inPlace && replaced == 0) {
        return OptionalLong.empty();
      }
    }
    long size = UplinkRoom.size(item.body());
    if (!makeRoom(open, item.queue(), size)) {
      return OptionalLong.empty();
    }
    List<Long> seq =
        Database.query(
            open,
            row -> row.getLong(1),
            "INSERT INTO uplink_items (type, item_key, class, idempotency_key, created_at, size,"
                + " waits_for, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
            item.type(),
            item.key(),
            item.queue().wire(),
            item.idempotencyKey(),
            item.createdAt().toEpochMilli(),
            size,
            waitsFor(open, item),
            seal.seal(item.idempotencyKey(), item.body()));
    room.add(size);
    UplinkCounts.add(open, "accepted", 1);
    return OptionalLong.of(seq.get(0));
  }

  /** A beacon's logs must not overtake its registration, which goes in another queue. */
  private static Long waitsFor(Session open, UplinkItem item) throws SQLException {
    if (item.queue() == UplinkClass.URGENT || item.key().isEmpty()) {
      return null;
    }
    List<Long> newest =
        Database.query(
            open,
            row -> row.getLong(1),
            "SELECT seq FROM uplink_items WHERE class = 'urgent' AND item_key = ? ORDER BY seq DESC"
                + " LIMIT 1",
            item.key());
    return newest.isEmpty() ? null : newest.get(0);
  }

  /** What may be dropped gives way to what may not. */
  private boolean makeRoom(Session open, UplinkClass queue, long size) throws SQLException {
    while (!room.fits(size)) {
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

  private int supersede(Session open, String where, Object... values) throws SQLException {
    List<Long> sizes =
        Database.query(
            open,
            row -> row.getLong(1),
            "DELETE FROM uplink_items WHERE " + where + " RETURNING size",
            values);
    if (!sizes.isEmpty()) {
      UplinkCounts.add(open, "superseded", sizes.size());
      room.add(-sizes.stream().mapToLong(Long::longValue).sum());
    }
    return sizes.size();
  }
}
