package dev.drover.orchestrator.store;

import dev.drover.engine.outbox.OutboxSource;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.Session;
import dev.drover.proto.Json;
import dev.drover.proto.navign.EventAckRequest;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * Acknowledgements on their way to central: queued in the mall's store, sent together while
 * central is there, forgotten only when it has answered. Those of {@code data_update} are owed
 * first: they are queued when the cache has what the events told of, also after a restart.
 */
public final class AckQueue implements OutboxSource {
  /** Begins what stands for the id of an event without one; no id of central begins so. */
  private static final String NO_ID = "\n";

  private record Ack(String eventId, String status, String detail) {}

  private final Database database;
  private final BooleanSupplier centralIsThere;
  private final Clock clock;
  private volatile Runnable wake = () -> {};

  /** The queue in this store; events that were handled but never acknowledged are queued again. */
  public AckQueue(Database database, BooleanSupplier centralIsThere, Clock clock) {
    this.database = database;
    this.centralIsThere = centralIsThere;
    this.clock = clock;
    database.update(
        "INSERT INTO acks (event_id, status, detail, queued_at) SELECT event_id, status,"
            + " detail, ? FROM applied_events WHERE acked = 0 AND event_id <> '' AND event_key NOT"
            + " IN (SELECT event_key FROM owed_acks) ON CONFLICT (event_id) DO NOTHING",
        clock.millis());
  }

  /** Writes down that an event's acknowledgement is owed; part of the event's own transaction. */
  static void owe(Session open, MallEvent event) throws SQLException {
    // An event without an id is not acknowledged; its key stands for the delta that it wants.
    Database.update(
        open,
        "INSERT INTO owed_acks (event_id, event_key) VALUES (?, ?) ON CONFLICT (event_id) DO NOTHING",
        event.id().isEmpty() ? NO_ID + event.key() : event.id(),
        event.key());
  }

  /**
   * Queues the acknowledgement of a handled event with the status that was stored for it. What is
   * owed stays owed, also to a repetition of the event.
   */
  public void add(MallEvent event) {
    if (event.id().isEmpty()) {
      return;
    }
    database.transaction(
        open -> {
          boolean owed =
              !Database.query(
                      open,
                      row -> row.getLong(1),
                      "SELECT seq FROM owed_acks WHERE event_key = ?",
                      event.key())
                  .isEmpty();
          if (owed) {
            owe(open, event);
          } else {
            queue(open, event.id(), event.key());
          }
          return null;
        });
    wake.run();
  }

  private void queue(Session open, String id, String key) throws SQLException {
    Database.update(
        open,
        "INSERT INTO acks (event_id, status, detail, queued_at) SELECT ?, status, detail,"
            + " ? FROM applied_events WHERE event_key = ? ON CONFLICT (event_id) DO NOTHING",
        id,
        clock.millis(),
        key);
  }

  /** The newest owed acknowledgement: what a delta that is asked for now covers; 0 for none. */
  public long lastOwed() {
    return database
        .first(row -> row.getLong(1), "SELECT coalesce(max(seq), 0) FROM owed_acks")
        .orElse(0L);
  }

  /** How many acknowledgements are owed. */
  public long owed() {
    return database.first(row -> row.getLong(1), "SELECT count(*) FROM owed_acks").orElse(0L);
  }

  /** Queues the owed acknowledgements up to this one: the cache has what they tell of. */
  public void settle(long upTo) {
    record Owed(String id, String key) {}
    database.transaction(
        open -> {
          for (Owed owed :
              Database.query(
                  open,
                  row -> new Owed(row.getString(1), row.getString(2)),
                  "SELECT event_id, event_key FROM owed_acks WHERE seq <= ? ORDER BY seq",
                  upTo)) {
            if (!owed.id().startsWith(NO_ID)) {
              queue(open, owed.id(), owed.key());
            }
          }
          return Database.update(open, "DELETE FROM owed_acks WHERE seq <= ?", upTo);
        });
    wake.run();
  }

  /** How many acknowledgements wait. */
  public long pending() {
    return database.first(row -> row.getLong(1), "SELECT count(*) FROM acks").orElse(0L);
  }

  @Override
  public List<Entry> claim(int max) {
    if (!centralIsThere.getAsBoolean()) {
      return List.of();
    }
    List<Ack> acks =
        database.query(
            row -> new Ack(row.getString(1), row.getString(2), row.getString(3)),
            "SELECT event_id, status, detail FROM acks ORDER BY queued_at, event_id LIMIT ?",
            max);
    Map<Ack, List<String>> groups = new LinkedHashMap<>();
    for (Ack ack : acks) {
      groups
          .computeIfAbsent(new Ack("", ack.status(), ack.detail()), group -> new ArrayList<>())
          .add(ack.eventId());
    }
    List<Entry> entries = new ArrayList<>();
    groups.forEach((group, ids) -> entries.add(entry(group, ids)));
    return entries;
  }

  private static Entry entry(Ack group, List<String> ids) {
    String text = Json.text(new EventAckRequest(ids, null, group.status(), group.detail()));
    // The same acknowledgements have the same key, however often they are sent.
    String key = UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
    return new Entry(String.join("\n", ids), Map.of("X-Idempotency-Key", key), text);
  }

  @Override
  public void done(List<Entry> entries) {
    database.transaction(
        open -> {
          for (Entry entry : entries) {
            for (String id : entry.id().split("\n")) {
              Database.update(open, "DELETE FROM acks WHERE event_id = ?", id);
              Database.update(open, "UPDATE applied_events SET acked = 1 WHERE event_id = ?", id);
            }
          }
          return null;
        });
  }

  @Override
  public void onReady(Runnable newWake) {
    this.wake = newWake;
  }
}
