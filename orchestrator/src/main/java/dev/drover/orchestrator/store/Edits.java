package dev.drover.orchestrator.store;

import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.SealedTexts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The edits that were made at the mall, in their order: on disk before the editor has an
 * answer, sent to central by the uplink, and laid over the cache until it has them.
 */
public final class Edits {
  private static final String COLUMNS =
      "SELECT seq, collection, item_id, operation, data, base_seq, edited_at FROM edits ";

  /** As {@link MallEdit#attempt}; the column {@code batch} has the one that is in the uplink. */
  private static final String ATTEMPT = "(seq || '-' || base_seq || '-' || edited_at)";

  /** SQL: an edit that is neither decided nor in the uplink. */
  public static final String UNSENT = "applied_seq IS NULL AND batch IS NOT " + ATTEMPT;

  private final Database database;
  private final SealedTexts texts;
  private final Clock clock;

  /** The edits in this store. */
  public Edits(MallStore store, Clock clock) {
    this.database = store.database();
    this.texts = store.texts();
    this.clock = clock;
  }

  /** Stores an edit; {@code json} is null for a delete. */
  public void add(String collection, String id, String operation, String json, long baseSeq) {
    database.transaction(
        open ->
            Database.update(
                open,
                "INSERT INTO edits (collection, item_id, operation, data, base_seq, edited_at)"
                    + " VALUES (?, ?, ?, ?, ?, ?)",
                collection,
                id,
                operation,
                json == null ? null : texts.seal("edit", collection + "/" + id, json),
                baseSeq,
                clock.millis()));
  }

  /**
   * An item that the mall's edits change, without the document.
   *
   * @param seq the newest edit of it
   * @param bytes the size of that edit's document as it is stored; 0 for a delete
   */
  public record Edited(long seq, String itemId, long bytes) {}

  /**
   * What the mall's edits change in a collection, in order of the bytes of the ids.
   *
   * @param reached the change number that the cache stands at; it has what was applied up to there
   * @param afterId only items behind this id
   */
  public List<Edited> overlay(String collection, long reached, String afterId, int max) {
    return database.query(
        row -> new Edited(row.getLong(1), row.getString(2), row.getLong(3)),
        "SELECT max(seq), item_id, coalesce(length(data), 0) FROM edits WHERE collection = ?"
            + " AND (applied_seq IS NULL OR applied_seq > ?) AND item_id > ?"
            + " GROUP BY item_id ORDER BY item_id LIMIT ?",
        collection,
        reached,
        afterId,
        max);
  }

  /** One edit; empty when the cache has it by now, or it was given up. */
  public Optional<MallEdit> find(long seq) {
    return database.first(this::edit, COLUMNS + "WHERE seq = ?", seq);
  }

  /**
   * The newest edit of an item that the cache does not have.
   *
   * @param reached as for {@link #overlay}
   */
  public Optional<MallEdit> newest(String collection, String id, long reached) {
    return database.first(
        this::edit,
        COLUMNS
            + "WHERE collection = ? AND item_id = ? AND (applied_seq IS NULL OR applied_seq > ?)"
            + " ORDER BY seq DESC LIMIT 1",
        collection,
        id,
        reached);
  }

  /**
   * The oldest edits that are not in the uplink, up to the first one of an item with an undecided
   * edit before it: its base is not known before that one is decided.
   */
  public List<MallEdit> next(int max) {
    return database.query(
        this::edit,
        COLUMNS
            + "WHERE "
            + UNSENT
            + " AND seq < coalesce((SELECT min(later.seq) FROM edits later JOIN edits earlier USING"
            + " (collection, item_id) WHERE later.applied_seq IS NULL AND earlier.applied_seq IS"
            + " NULL AND earlier.seq < later.seq), 9223372036854775807) ORDER BY seq LIMIT ?",
        max);
  }

  /** These attempts are in the uplink. */
  public void sent(List<String> attempts) {
    database.transaction(
        open -> {
          for (String attempt : attempts) {
            Database.update(
                open,
                "UPDATE edits SET batch = " + ATTEMPT + " WHERE seq = ? AND ? = " + ATTEMPT,
                MallEdit.seqOf(attempt),
                attempt);
          }
          return null;
        });
  }

  /**
   * The oldest edit of an item that central has not decided: the only one that can be on its way.
   */
  public Optional<MallEdit> waiting(String collection, String id) {
    return database.first(
        this::edit,
        COLUMNS
            + "WHERE collection = ? AND item_id = ? AND applied_seq IS NULL ORDER BY seq LIMIT 1",
        collection,
        id);
  }

  /** Central has this edit as change {@code seq}; later edits of the item were made upon it. */
  public void applied(MallEdit edit, long seq) {
    database.transaction(
        open -> {
          Database.update(open, "UPDATE edits SET applied_seq = ? WHERE seq = ?", seq, edit.seq());
          return Database.update(
              open,
              "UPDATE edits SET base_seq = max(base_seq, ?) WHERE collection = ? AND item_id = ?"
                  + " AND seq > ? AND applied_seq IS NULL",
              seq,
              edit.collection(),
              edit.itemId(),
              edit.seq());
        });
  }

  /** Sends an edit again, upon what won against it. */
  public void resubmit(MallEdit edit, String operation, long baseSeq) {
    database.update(
        "UPDATE edits SET operation = ?, base_seq = ? WHERE seq = ?",
        operation,
        baseSeq,
        edit.seq());
  }

  /**
   * Gives an edit up and keeps it for people, in one transaction.
   *
   * @param winning what central has instead; null for nothing
   * @param seq the change number of what won; null when central refused the edit
   * @param error why central refused it; null when another change won
   */
  public void lose(MallEdit edit, String winning, Long seq, String error) {
    String place = edit.collection() + "/" + edit.itemId();
    database.transaction(
        open -> {
          Database.update(
              open,
              "INSERT INTO sync_conflicts (collection, item_id, operation, losing, winning,"
                  + " base_seq, seq, error, found_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
              edit.collection(),
              edit.itemId(),
              edit.operation(),
              edit.json() == null ? null : texts.seal("losing", place, edit.json()),
              winning == null ? null : texts.seal("winning", place, winning),
              edit.baseSeq(),
              seq,
              error,
              clock.millis());
          return Database.update(open, "DELETE FROM edits WHERE seq = ?", edit.seq());
        });
  }

  /** Forgets the edits that the cache has, since it stands at this change number. */
  public void forget(long reached) {
    database.update("DELETE FROM edits WHERE applied_seq <= ?", reached);
  }

  /** How many edits wait for central's decision. */
  public long pending() {
    return database
        .first(row -> row.getLong(1), "SELECT count(*) FROM edits WHERE applied_seq IS NULL")
        .orElse(0L);
  }

  /** The edits that central did not take, oldest first. */
  public List<EditConflict> conflicts() {
    return database.query(
        row -> {
          String place = row.getString(2) + "/" + row.getString(3);
          MallEdit edit =
              new MallEdit(
                  0,
                  row.getString(2),
                  row.getString(3),
                  row.getString(4),
                  opened("losing", place, row.getBytes(5)),
                  row.getLong(7),
                  Instant.ofEpochMilli(row.getLong(10)));
          long seq = row.getLong(8);
          return new EditConflict(
              row.getLong(1),
              edit,
              opened("winning", place, row.getBytes(6)),
              seq == 0 ? null : seq,
              row.getString(9));
        },
        "SELECT id, collection, item_id, operation, losing, winning, base_seq, seq, error, found_at"
            + " FROM sync_conflicts ORDER BY id");
  }

  /** How many edits central did not take. */
  public long conflictCount() {
    return database.first(row -> row.getLong(1), "SELECT count(*) FROM sync_conflicts").orElse(0L);
  }

  private MallEdit edit(ResultSet row) throws SQLException {
    return new MallEdit(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        opened("edit", row.getString(2) + "/" + row.getString(3), row.getBytes(5)),
        row.getLong(6),
        Instant.ofEpochMilli(row.getLong(7)));
  }

  private String opened(String kind, String place, byte[] sealed) {
    return sealed == null ? null : texts.open(kind, place, sealed);
  }
}
