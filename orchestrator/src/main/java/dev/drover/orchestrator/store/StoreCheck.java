package dev.drover.orchestrator.store;

import dev.drover.engine.disk.Directories;
import dev.drover.engine.start.KeptKeys;
import dev.drover.engine.start.StartRefused;
import dev.drover.orchestrator.database.SqlMigrations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/** What a mall looks at before it starts: keys, and a store that can be read. */
public final class StoreCheck {
  /** Its presence says that a new store may take the place of a lost one. */
  static final String RENEW = "mall.db.renew";

  /** A larger store is not read as a whole while people wait. */
  private static final long READ_WHOLE = 256L << 20;

  private final Path data;
  private final KeptKeys keys;

  /** The check of this data directory. */
  public StoreCheck(Path data, KeptKeys keys) {
    this.data = data;
    this.keys = keys;
  }

  /**
   * Looks at all of it.
   *
   * @throws StartRefused with the file, what is wrong with it, and what to do
   */
  public void run() {
    Path store = data.resolve("mall.db");
    boolean used = Files.exists(data.resolve("uplink.mark"));
    boolean there = size(store) > 0;
    keys.check(List.of("orchestrator"), List.of("mall-store"), used || there ? "mall.db" : null);
    keys.renew(List.of("beacon-nonces", "mqtt-internal"));
    if (there) {
      read(store);
    } else if (used && !renewed()) {
      throw refused(store, Files.exists(store) ? "is empty" : "is missing", "");
    }
  }

  private boolean renewed() {
    try {
      boolean asked = Files.deleteIfExists(data.resolve(RENEW));
      if (asked) {
        // it counts once
        Directories.sync(data);
      }
      return asked;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void read(Path store) {
    damage(store)
        .ifPresent(
            found -> {
              throw refused(store, "is damaged", " (" + found.replace('\n', ' ') + ")");
            });
  }

  /** What SQLite finds damaged in a store; a large one is not read as a whole. */
  static Optional<String> damage(Path store) {
    try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + store);
        Statement statement = open.createStatement()) {
      MallSchema.MIGRATIONS.refuseUnknown(store.toString(), SqlMigrations.version(open));
      boolean large = size(store) > READ_WHOLE;
      String sql = large ? "SELECT count(*) || '' FROM sqlite_master" : "PRAGMA quick_check(1)";
      try (ResultSet row = statement.executeQuery(sql)) {
        String found = row.next() ? row.getString(1) : "nothing";
        return large || found.equals("ok") ? Optional.empty() : Optional.of(found);
      }
    } catch (SQLException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static StartRefused refused(Path store, String how, String seen) {
    return new StartRefused(
        StartRefused.FAILED,
        store
            + " "
            + how
            + seen
            + ": put it back from a backup; or move the rest of it away and create the file "
            + store.resolveSibling(RENEW)
            + ": then the mall starts with an empty store, takes back what its queue has, and shows"
            + " the rest as a gap");
  }
}
