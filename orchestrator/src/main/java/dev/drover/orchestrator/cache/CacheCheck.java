package dev.drover.orchestrator.cache;

import dev.drover.engine.crypto.SealBrokenException;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.Session;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/** Reads the cache's file through a connection of its own, which has nothing of it in memory. */
final class CacheCheck implements AutoCloseable {
  private final Session open;

  CacheCheck(Path file) {
    try {
      open = new Session(DriverManager.getConnection("jdbc:sqlite:" + file));
    } catch (SQLException e) {
      throw refused(e);
    }
  }

  /**
   * SQLite's own check of pages, order and free space.
   *
   * @throws SealBrokenException when it has findings
   */
  void structure() {
    try {
      List<String> found = Database.query(open, row -> row.getString(1), "PRAGMA quick_check(1)");
      if (!found.equals(List.of("ok"))) {
        throw new SealBrokenException("SQLite finds the cache damaged: " + found);
      }
    } catch (SQLException e) {
      throw refused(e);
    }
  }

  List<CacheFile.Row> range(
      long generation, String collection, String after, String to, int limit) {
    try {
      return CacheFile.range(open, generation, collection, after, to, limit);
    } catch (SQLException e) {
      throw refused(e);
    }
  }

  private static IllegalStateException refused(SQLException cause) {
    return new IllegalStateException("The cache cannot be checked: " + cause.getMessage(), cause);
  }

  @Override
  public void close() {
    try {
      open.close();
    } catch (SQLException e) {
      throw refused(e);
    }
  }
}
