package dev.drover.orchestrator.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A connection to one of the mall's databases, for one piece of work at a time. It keeps the
 * statements that it has used last: SQLite takes longer to compile most of ours than to run them.
 */
public final class Session implements AutoCloseable {
  /** More than there are different texts in one flow. */
  private static final int KEPT = 64;

  private final Connection connection;
  private final Map<String, PreparedStatement> idle = new LinkedHashMap<>();

  /** Work with this connection, which it closes. */
  public Session(Connection connection) {
    this.connection = connection;
  }

  /** For what needs more than the statements of {@link Database}. */
  public Connection connection() {
    return connection;
  }

  <T> List<T> query(Database.Row<T> row, String sql, Object... values) throws SQLException {
    return with(
        sql,
        values,
        statement -> {
          List<T> rows = new ArrayList<>();
          try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
              rows.add(row.read(result));
            }
          }
          return rows;
        });
  }

  int update(String sql, Object... values) throws SQLException {
    return with(sql, values, PreparedStatement::executeUpdate);
  }

  private interface Run<T> {
    T with(PreparedStatement statement) throws SQLException;
  }

  /** A statement that failed is not used again. One that is at work is not given a second time. */
  private <T> T with(String sql, Object[] values, Run<T> run) throws SQLException {
    PreparedStatement statement = idle.remove(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
    }
    try {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      T result = run.with(statement);
      // What it was given last may be large.
      statement.clearParameters();
      keep(sql, statement);
      return result;
    } catch (SQLException | RuntimeException e) {
      closeAfter(e, statement);
      throw e;
    }
  }

  private void keep(String sql, PreparedStatement statement) throws SQLException {
    PreparedStatement other = idle.put(sql, statement);
    if (other != null) {
      other.close();
    }
    if (idle.size() > KEPT) {
      idle.remove(idle.keySet().iterator().next()).close();
    }
  }

  private static void closeAfter(Exception why, PreparedStatement statement) {
    try {
      statement.close();
    } catch (SQLException e) {
      why.addSuppressed(e);
    }
  }

  @Override
  public void close() throws SQLException {
    for (PreparedStatement statement : idle.values()) {
      statement.close();
    }
    idle.clear();
    connection.close();
  }
}
