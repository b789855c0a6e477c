package dev.drover.orchestrator.store;

import dev.drover.engine.crypto.Sealer;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.SealedStore;
import dev.drover.orchestrator.database.SealedTable;
import dev.drover.orchestrator.database.SealedTexts;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The mall's {@code mall.db}: the file, and what its values are sealed with (AES-256-GCM). Its
 * parts know what the mall remembers.
 */
public final class MallStore implements SealedStore, AutoCloseable {
  private final Path file;
  private final Database database;
  private final SealedTexts texts;
  private final Clock clock;
  private final MallSettings settings;
  private final HandledEvents events;

  /** The store in this file, created when absent. */
  public MallStore(Path file, Sealer sealer, Clock clock) {
    this.file = file;
    this.database = new Database(file, MallSchema.MIGRATIONS);
    this.texts = new SealedTexts(sealer);
    this.clock = clock;
    this.settings = new MallSettings(database, texts);
    this.events = new HandledEvents(database, texts, settings, clock);
  }

  /** Settings: the token, the cursor in central's stream, and the like. */
  public MallSettings settings() {
    return settings;
  }

  /** The events that were handled, and what they caused. */
  public HandledEvents events() {
    return events;
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
    return texts.sealer();
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

  /** Writes and reads once; throws when the store does not work. */
  public void probe() {
    String now = clock.instant().toString();
    settings.set(Map.of("probe", Optional.of(now)));
    if (!settings.get("probe").equals(Optional.of(now))) {
      throw new IllegalStateException("the mall's store does not keep what is written");
    }
  }

  SealedTexts texts() {
    return texts;
  }

  @Override
  public void close() {
    database.close();
  }
}
