package dev.drover.orchestrator.store;

import dev.drover.engine.crypto.SealBrokenException;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.SealedTexts;
import dev.drover.orchestrator.database.Session;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of a mall: what it was told by central and must know after a restart. Each can be
 * had again from central.
 */
public final class MallSettings {
  private static final Logger LOG = LoggerFactory.getLogger(MallSettings.class);

  /** Setting: the cursor in central's event stream. */
  public static final String CURSOR = "cursor";

  /** Setting: the id that central gave the present stream. */
  public static final String CONNECTION = "connection";

  /** Setting: why the mall's data must be fetched anew. */
  public static final String RESYNC = "resync_needed";

  private final Database database;
  private final SealedTexts texts;

  MallSettings(Database database, SealedTexts texts) {
    this.database = database;
    this.texts = texts;
  }

  /**
   * A setting's value. Each of them can be had again from central, so one whose seal is broken is
   * forgotten: without a token the mall registers, and with it or the cursor all data come anew.
   */
  public Optional<String> get(String name) {
    Optional<byte[]> sealed =
        database.first(row -> row.getBytes(1), "SELECT value FROM settings WHERE name = ?", name);
    try {
      return sealed.map(value -> texts.open("setting", name, value));
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
    return get(RESYNC).map(mark -> mark.lines().findFirst().orElse("unknown"));
  }

  /** Forgets a request for a full sync that was carried out, unless another one came meanwhile. */
  public void resynced(String mark) {
    if (get(RESYNC).equals(Optional.of(mark))) {
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

  /** Sets one within a transaction; null removes it. */
  void set(Session open, String name, String value) throws SQLException {
    if (value == null) {
      Database.update(open, "DELETE FROM settings WHERE name = ?", name);
      return;
    }
    Database.update(
        open,
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value ="
            + " excluded.value",
        name,
        texts.seal("setting", name, value));
  }
}
