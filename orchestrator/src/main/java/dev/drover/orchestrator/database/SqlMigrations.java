package dev.drover.orchestrator.database;

import dev.drover.engine.migrate.Migration;
import dev.drover.engine.migrate.Migrations;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The migrations of a SQLite file: each is a file of statements, which end with a semicolon at the
 * end of a line. {@code PRAGMA user_version} is the version; it is written in the transaction that
 * does the step.
 */
public final class SqlMigrations {
  private static final Logger LOG = LoggerFactory.getLogger("protocol");
  private static final Pattern END = Pattern.compile(";[ \t]*(\n|$)");

  private SqlMigrations() {}

  /** The migrations in these files of the class path, oldest first. */
  public static Migrations<Connection> of(String... files) {
    return new Migrations<>(
        Stream.of(files).map(file -> new Migration<Connection>(name(file), step(file))).toList());
  }

  private static String name(String file) {
    return file.substring(file.lastIndexOf('/') + 1).replace(".sql", "");
  }

  private static Migration.Step<Connection> step(String file) {
    List<String> statements = END.splitAsStream(read(file)).filter(sql -> !sql.isBlank()).toList();
    return open -> {
      for (String sql : statements) {
        execute(open, sql);
      }
    };
  }

  private static String read(String file) {
    try (InputStream in = SqlMigrations.class.getClassLoader().getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The version that an open file has; 0 for a new one, and for one of a build without versions.
   */
  public static int version(Connection open) throws SQLException {
    try (Statement statement = open.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA user_version")) {
      return row.getInt(1);
    }
  }

  /**
   * Brings a file to the version that this build knows.
   *
   * @param store its name for people
   * @throws dev.drover.engine.start.StartRefused when it is of a newer build
   */
  static void migrate(Connection open, String store, Migrations<Connection> known)
      throws SQLException {
    int first = version(open);
    known.refuseUnknown(store, first);
    for (int from = first; from < known.latest(); from++) {
      step(open, store, known.after(from), from);
    }
    LOG.atInfo()
        .addKeyValue("event", "store_opened")
        .addKeyValue("store", store)
        .addKeyValue("version", known.latest())
        .log("{} has schema version {}", store, known.latest());
    if (first < known.latest()) {
      // Who looks at the head of the file, as the doctor does, sees the version from now on.
      execute(open, "PRAGMA wal_checkpoint(TRUNCATE)");
    }
  }

  private static void step(Connection open, String store, Migration<Connection> step, int from)
      throws SQLException {
    open.setAutoCommit(false);
    try {
      step.step().apply(open);
      execute(open, "PRAGMA user_version = " + (from + 1));
      open.commit();
    } catch (Exception e) {
      open.rollback();
      throw new SQLException("migration " + step.name() + " failed: " + e.getMessage(), e);
    } finally {
      open.setAutoCommit(true);
    }
    LOG.atInfo()
        .addKeyValue("event", "store_migrated")
        .addKeyValue("store", store)
        .addKeyValue("version", from + 1)
        .log("{} is brought to schema version {}: {}", store, from + 1, step.name());
  }

  private static void execute(Connection open, String sql) throws SQLException {
    try (Statement statement = open.createStatement()) {
      statement.execute(sql);
    }
  }
}
