package dev.drover.orchestrator.database;

import dev.drover.engine.disk.Directories;
import dev.drover.engine.migrate.Migrations;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * One SQLite file: WAL, and on disk before a transaction has ended. One connection writes, another
 * reads what is committed, so that no reader waits for a disk to sync.
 */
public final class Database implements AutoCloseable {
  /** Something to do with the connection. */
  @FunctionalInterface
  public interface Work<T> {
    /** Runs with a connection that nobody else uses meanwhile. */
    T run(Session open) throws SQLException;
  }

  /** Makes a value of a row. */
  @FunctionalInterface
  public interface Row<T> {
    /** Reads the row at which the result stands. */
    T read(ResultSet row) throws SQLException;
  }

  /** Notes outside of the file what its transactions have promised. */
  @FunctionalInterface
  public interface Witness {
    /** Looks at the end of a transaction; what it returns is run when that is on disk. */
    Runnable look(Session open) throws SQLException;
  }

  /** Hears how the file took what was asked of it. */
  @FunctionalInterface
  public interface Outcomes {
    /** SQLite refused; the callers hear of it as well. */
    void failed(SQLException why);
  }

  // SQLITE_FULL
  private static final int DISK_FULL = 13;

  private final Session writer;
  private final Session reader;
  private final Object readLock = new Object();
  private final GroupWrites group = new GroupWrites(this);
  private volatile Witness witness = open -> () -> {};
  private volatile Outcomes outcomes = why -> {};

  /**
   * Opens or creates the file, and brings it to the version that this build knows.
   *
   * @param schema the forms that it has had
   * @throws IllegalStateException when the file cannot be opened
   * @throws dev.drover.engine.start.StartRefused when it is of a newer build
   */
  public Database(Path file, Migrations<Connection> schema) {
    Connection writing = null;
    try {
      Directories.create(file.toAbsolutePath().getParent());
      writing = open(file);
      SqlMigrations.migrate(writing, file.toString(), schema);
      Connection reading = open(file);
      execute(reading, "PRAGMA query_only=ON");
      writer = new Session(writing);
      reader = new Session(reading);
    } catch (IOException | SQLException e) {
      closeQuietly(writing);
      throw new IllegalStateException("cannot open the mall's store " + file + ": " + e, e);
    } catch (RuntimeException e) {
      closeQuietly(writing);
      throw e;
    }
  }

  private static Connection open(Path file) throws SQLException {
    Connection opened = DriverManager.getConnection("jdbc:sqlite:" + file);
    try {
      execute(opened, "PRAGMA journal_mode=WAL");
      execute(opened, "PRAGMA synchronous=FULL");
      execute(opened, "PRAGMA busy_timeout=5000");
      // A damaged page is noticed when it is read, not when it is used.
      execute(opened, "PRAGMA cell_size_check=ON");
      return opened;
    } catch (SQLException e) {
      closeQuietly(opened);
      throw e;
    }
  }

  private static void execute(Connection open, String sql) throws SQLException {
    try (Statement statement = open.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void closeQuietly(Connection opened) {
    try {
      if (opened != null) {
        opened.close();
      }
    } catch (SQLException e) {
      // The reason why it is closed is the one to tell.
    }
  }

  /**
   * Runs work in one transaction: all of it happens, or nothing.
   *
   * @throws IllegalStateException when the database refuses
   */
  public synchronized <T> T transaction(Work<T> work) {
    Connection connection = writer.connection();
    try {
      connection.setAutoCommit(false);
      T result;
      try {
        result = work.run(writer);
        Runnable note = witness.look(writer);
        connection.commit();
        note.run();
      } catch (SQLException | RuntimeException e) {
        undo(e);
        throw e;
      }
      connection.setAutoCommit(true);
      return result;
    } catch (SQLException e) {
      throw refused(e);
    }
  }

  /**
   * Runs work in a transaction that it shares with what others write at the same time, and so one
   * sync of the disk for all; durable when this returns. Work must not throw for reasons of its
   * own: what fails fails for the whole group.
   *
   * @throws ProtocolException QUEUE_FULL when the disk is full: those who write together have
   *     callers who wait
   * @throws IllegalStateException when the database refuses
   */
  public <T> T together(Work<T> work) {
    try {
      return group.run(work);
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof SQLException sql && sql.getErrorCode() == DISK_FULL) {
        throw new ProtocolException(ErrorCode.QUEUE_FULL, "The mall's disk is full");
      }
      throw e;
    }
  }

  private IllegalStateException refused(SQLException why) {
    outcomes.failed(why);
    return new IllegalStateException("the mall's store refuses: " + why.getMessage(), why);
  }

  /** From now on, each failure is told here. */
  public void heardBy(Outcomes who) {
    outcomes = who;
  }

  /** From now on, each transaction has this witness. */
  public void witnessedBy(Witness who) {
    witness = who;
  }

  /** Runs this after shared writes were undone, for who counts along. */
  public void afterUndoing(Runnable what) {
    group.afterUndoing(what);
  }

  /** SQLite has undone it already after some errors; the first error is the one to tell. */
  private void undo(Exception why) {
    Connection connection = writer.connection();
    try {
      connection.rollback();
    } catch (SQLException e) {
      why.addSuppressed(e);
    }
    try {
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      why.addSuppressed(e);
    }
  }

  /**
   * Reads what is committed, in a connection of its own that cannot write. One statement sees one
   * state of the database.
   *
   * @throws IllegalStateException when the database refuses
   */
  public <T> T read(Work<T> work) {
    synchronized (readLock) {
      try {
        return work.run(reader);
      } catch (SQLException e) {
        throw refused(e);
      }
    }
  }

  /** The rows of a query. */
  public <T> List<T> query(Row<T> row, String sql, Object... values) {
    return read(open -> query(open, row, sql, values));
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
  public static <T> List<T> query(Session open, Row<T> row, String sql, Object... values)
      throws SQLException {
    return open.query(row, sql, values);
  }

  /** Runs one statement within a transaction; returns how many rows it changed. */
  public static int update(Session open, String sql, Object... values) throws SQLException {
    return open.update(sql, values);
  }

  @Override
  public synchronized void close() {
    try {
      synchronized (readLock) {
        reader.close();
      }
      writer.close();
    } catch (SQLException e) {
      throw new IllegalStateException("cannot close the mall's store", e);
    }
  }
}
