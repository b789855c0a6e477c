package dev.drover.orchestrator.store;

import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.SealedTexts;
import dev.drover.orchestrator.database.Session;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The events that the mall has handled and remembers, and what they caused. An event's effects and
 * the cursor after it are one transaction.
 */
public final class HandledEvents {
  private final Database database;
  private final SealedTexts texts;
  private final MallSettings settings;
  private final Clock clock;

  HandledEvents(Database database, SealedTexts texts, MallSettings settings, Clock clock) {
    this.database = database;
    this.texts = texts;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Stores an event's effects and the cursor after it in one transaction. An event whose key was
   * handled before moves the cursor only.
   *
   * @return whether the event was new
   */
  public boolean commit(MallEvent event, EventStatus status, String detail, List<Effect> effects) {
    return database.transaction(
        open -> {
          int added =
              Database.update(
                  open,
                  "INSERT INTO applied_events (event_key, event_id, type, status, detail,"
                      + " received_at, data) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_key) DO"
                      + " NOTHING",
                  event.key(),
                  event.id(),
                  event.type(),
                  status.wire(),
                  detail,
                  clock.millis(),
                  texts.seal("event", event.key(), event.data()));
          if (added == 1) {
            for (Effect effect : effects) {
              apply(open, event, effect);
            }
          }
          if (!event.id().isEmpty()) {
            settings.set(open, MallSettings.CURSOR, event.id());
          }
          return added == 1;
        });
  }

  private void apply(Session open, MallEvent event, Effect effect) throws SQLException {
    if (effect instanceof Effect.DeltaOwed) {
      AckQueue.owe(open, event);
    } else if (effect instanceof Effect.ConfigStored config) {
      Database.update(
          open,
          "INSERT INTO configs (type, version, config) VALUES (?, ?, ?) ON CONFLICT (type) DO"
              + " UPDATE SET version = excluded.version, config = excluded.config WHERE"
              + " excluded.version > version",
          config.type(),
          config.version(),
          texts.seal("config", config.type(), config.config()));
    } else if (effect instanceof Effect.WorkReceived) {
      Database.update(
          open,
          "INSERT INTO work (event_key, type, received_at, data) VALUES (?, ?, ?, ?) ON CONFLICT"
              + " (event_key) DO NOTHING",
          event.key(),
          event.type(),
          clock.millis(),
          texts.seal("work", event.key(), event.data()));
    } else if (effect instanceof Effect.Parked parked) {
      Database.update(
          open,
          "INSERT INTO parked_events (event_key, event_id, type, error, parked_at, data)"
              + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (event_key) DO NOTHING",
          event.key(),
          event.id(),
          event.type(),
          parked.error(),
          clock.millis(),
          texts.seal("parked", event.key(), event.data()));
    }
  }

  /** The stored version of a configuration. */
  public Optional<Long> configVersion(String type) {
    return database.first(
        row -> row.getLong(1), "SELECT version FROM configs WHERE type = ?", type);
  }

  /** The stored configuration of a type, as JSON. */
  public Optional<String> config(String type) {
    return database
        .first(row -> row.getBytes(1), "SELECT config FROM configs WHERE type = ?", type)
        .map(value -> texts.open("config", type, value));
  }

  /** How many events were handled with this status and are remembered. */
  public long handled(EventStatus status) {
    return count("SELECT count(*) FROM applied_events WHERE status = ?", status.wire());
  }

  /** The keys of the handled events that are remembered, in the order of their arrival. */
  public List<String> handledKeys() {
    return database.query(
        row -> row.getString(1), "SELECT event_key FROM applied_events ORDER BY rowid");
  }

  /** How much work of a type was received. */
  public long received(String type) {
    return count("SELECT count(*) FROM work WHERE type = ?", type);
  }

  /** How many events wait for a person. */
  public long parked() {
    return count("SELECT count(*) FROM parked_events");
  }

  private long count(String sql, Object... values) {
    return database.first(row -> row.getLong(1), sql, values).orElse(0L);
  }

  /** Forgets events that were handled before this; returns how many. */
  public int purge(Instant until) {
    return database.update(
        "DELETE FROM applied_events WHERE received_at < ? AND event_key NOT IN (SELECT event_key"
            + " FROM owed_acks)",
        until.toEpochMilli());
  }
}
