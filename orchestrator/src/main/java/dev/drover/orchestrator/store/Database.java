package dev.drover.orchestrator.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One SQLite file with one connection: WAL, and on disk before a transaction has ended. */
public final class Database implements AutoCloseable {
  /** Something to do with the connection. */
  @FunctionalInterface
  public interface Work<T> {
    /** Runs with a connection that nobody else uses meanwhile. */
    T run(Connection connection) throws SQLException;
  }

  /** Makes a value of a row. */
  @FunctionalInterface
  public interface Row<T> {
    /** Reads the row at which the result stands. */
    T read(ResultSet row) throws SQLException;
  }

  private final Connection connection;

  /**
   * Opens or creates the file.
   *
   * @param schema statements that make what is missing
   * @throws IllegalStateException when the file cannot be opened
   */
  public Database(Path file, List<String> schema) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      connection = DriverManager.getConnection("jdbc:sqlite:" + file);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA journal_mode=WAL");
        statement.execute("PRAGMA synchronous=FULL");
        statement.execute("PRAGMA busy_timeout=5000");
        for (String sql : schema) {
          statement.execute(sql);
        }
      }
    } catch (IOException | SQLException e) {
      throw new IllegalStateException("cannot open the mall's store " + file + ": " + e, e);
    }
  }

  /**
   * Runs work in one transaction: all of it happens, or nothing.
   *
   * @throws IllegalStateException when the database refuses
   */
  public synchronized <T> T transaction(Work<T> work) {
    try {
      connection.setAutoCommit(false);
      try {
        T result = work.run(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the mall's store refuses: " + e.getMessage(), e);
    }
  }

  /** The rows of a query. */
  public <T> List<T> query(Row<T> row, String sql, Object... values) {
    return transaction(open -> query(open, row, sql, values));
  }

  /** The first row of a query. */
  public <T> Optional<T> first(Row<T> row, String sql, Object... values) {
    return query(row, sql, values).stream().findFirst();
  }

  /** Runs one statement in a transaction of its own; returns how many rows it changed. */
  public int update(String sql, Object... values) {
    return transaction(open -> update(open, sql, values));
  }

  /** The rows of a query within a transaction. */
  public static <T> List<T> query(Connection open, Row<T> row, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = prepare(open, sql, values);
        ResultSet result = statement.executeQuery()) {
      List<T> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(row.read(result));
      }
      return rows;
    }
  }

  /** Runs one statement within a transaction; returns how many rows it changed. */
  public static int update(Connection open, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(open, sql, values)) {
      return statement.executeUpdate();
    }
  }

  private static PreparedStatement prepare(Connection open, String sql, Object... values)
      throws SQLException {
    PreparedStatement statement = open.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException("cannot close the mall's store", e);
    }
  }
}
