package dev.drover.orchestrator.store;

import dev.drover.engine.crypto.SealBrokenException;
import dev.drover.engine.crypto.Sealer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the mall remembers: settings, its cursor in central's stream, the events it handled and what
 * they caused. Values are sealed with AES-256-GCM; an event's effects and the cursor after it are
 * one transaction.
 */
public final class MallStore implements SealedStore, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MallStore.class);

  /** Setting: the cursor in central's event stream. */
  public static final String CURSOR = "cursor";

  /** Setting: the id that central gave the present stream. */
  public static final String CONNECTION = "connection";

  /** Setting: why the mall's data must be fetched anew. */
  public static final String RESYNC = "resync_needed";

  private final Path file;
  private final Database database;
  private final Sealer sealer;
  private final Clock clock;

  /** The store in this file, created when absent. */
  public MallStore(Path file, Sealer sealer, Clock clock) {
    this.file = file;
    this.database = new Database(file, MallSchema.MIGRATIONS);
    this.sealer = sealer;
    this.clock = clock;
  }

  /** The database, for the parts of the mall that keep tables of their own. */
  public Database database() {
    return database;
  }

  /** A file beside the database. */
  public Path beside(String name) {
    return file.resolveSibling(name);
  }

  /** What its values are sealed with, for the parts of the mall that keep tables of their own. */
  public Sealer sealer() {
    return sealer;
  }

  @Override
  public List<SealedTable> sealedTables() {
    return List.of(
        SealedTable.of(database, "settings", "name", "value", "setting"),
        SealedTable.of(database, "applied_events", "event_key", "data", "event"),
        SealedTable.of(database, "configs", "type", "config", "config"),
        SealedTable.of(database, "work", "event_key", "data", "work"),
        SealedTable.of(database, "parked_events", "event_key", "data", "parked"),
        ofItems("edits", "seq", "data", "edit"),
        ofItems("sync_conflicts", "id", "losing", "losing"),
        ofItems("sync_conflicts", "id", "winning", "winning"));
  }

  /** Values that are sealed for their item: {@code collection/id}. */
  private SealedTable ofItems(String table, String key, String column, String kind) {
    return new SealedTable(
        table,
        List.of(key, "collection", "item_id"),
        column,
        kind,
        keys -> keys.get(1) + "/" + keys.get(2),
        database::transaction);
  }

  /**
   * A setting's value. Each of them can be had again from central, so one whose seal is broken is
   * forgotten: without a token the mall registers, and with it or the cursor all data come anew.
   */
  public Optional<String> setting(String name) {
    Optional<byte[]> sealed =
        database.first(row -> row.getBytes(1), "SELECT value FROM settings WHERE name = ?", name);
    try {
      return sealed.map(value -> open("setting", name, value));
    } catch (SealBrokenException e) {
      return forgotten(name);
    }
  }

  private Optional<String> forgotten(String name) {
    LOG.atWarn()
        .addKeyValue("event", "setting_forgotten")
        .addKeyValue("setting", name)
        .log("mall.db: the value of {} is damaged; it is forgotten and asked for again", name);
    Optional<String> again =
        Optional.of(name)
            .filter(one -> one.equals(CURSOR) || one.equals(RESYNC))
            .map(one -> resyncMark("damaged_" + one));
    Map<String, Optional<String>> values = new HashMap<>();
    values.put(name, Optional.empty());
    again.ifPresent(mark -> values.put(RESYNC, again));
    set(values);
    return name.equals(RESYNC) ? again : Optional.empty();
  }

  /**
   * The value of {@link #RESYNC} for a reason: different each time, so that a request that comes
   * while another one is carried out is not forgotten with it.
   */
  public static String resyncMark(String reason) {
    return reason + '\n' + UUID.randomUUID();
  }

  /** Why the mall's data must be fetched anew, when it must. */
  public Optional<String> resyncReason() {
    return setting(RESYNC).map(mark -> mark.lines().findFirst().orElse("unknown"));
  }

  /** Forgets a request for a full sync that was carried out, unless another one came meanwhile. */
  public void resynced(String mark) {
    if (setting(RESYNC).equals(Optional.of(mark))) {
      set(Map.of(RESYNC, Optional.empty()));
    }
  }

  /** Sets several settings at once; those with a null value are removed. */
  public void set(Map<String, Optional<String>> values) {
    database.transaction(
        open -> {
          for (Map.Entry<String, Optional<String>> entry : values.entrySet()) {
            set(open, entry.getKey(), entry.getValue().orElse(null));
          }
          return null;
        });
  }

  private void set(Session open, String name, String value) throws SQLException {
    if (value == null) {
      Database.update(open, "DELETE FROM settings WHERE name = ?", name);
      return;
    }
    Database.update(
        open,
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value ="
            + " excluded.value",
        name,
        seal("setting", name, value));
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
                  seal("event", event.key(), event.data()));
          if (added == 1) {
            for (Effect effect : effects) {
              apply(open, event, effect);
            }
          }
          if (!event.id().isEmpty()) {
            set(open, CURSOR, event.id());
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
          seal("config", config.type(), config.config()));
    } else if (effect instanceof Effect.WorkReceived) {
      Database.update(
          open,
          "INSERT INTO work (event_key, type, received_at, data) VALUES (?, ?, ?, ?) ON CONFLICT"
              + " (event_key) DO NOTHING",
          event.key(),
          event.type(),
          clock.millis(),
          seal("work", event.key(), event.data()));
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
          seal("parked", event.key(), event.data()));
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
        .map(value -> open("config", type, value));
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

  /** Writes and reads once; throws when the store does not work. */
  public void probe() {
    String now = clock.instant().toString();
    set(Map.of("probe", Optional.of(now)));
    if (!setting("probe").equals(Optional.of(now))) {
      throw new IllegalStateException("the mall's store does not keep what is written");
    }
  }

  byte[] seal(String kind, String id, String value) {
    return sealer.seal(kind, id, value.getBytes(StandardCharsets.UTF_8));
  }

  String open(String kind, String id, byte[] sealed) {
    return new String(sealer.open(kind, id, sealed), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    database.close();
  }
}
