package dev.drover.orchestrator.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Statements are kept, and nobody notices. */
class SessionTest {
  private static final String SELECT = "SELECT name FROM things WHERE id >= ? ORDER BY id";

  @TempDir Path directory;
  private Session session;

  @BeforeEach
  void open() throws SQLException {
    session = new Session(DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("s.db")));
    session.update("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
    for (int id = 1; id <= 3; id++) {
      assertThat(session.update("INSERT INTO things VALUES (?, ?)", id, "thing " + id)).isOne();
    }
  }

  @AfterEach
  void close() throws SQLException {
    session.close();
  }

  private List<String> names(int from) throws SQLException {
    return session.query(row -> row.getString(1), SELECT, from);
  }

  @Test
  void aStatementThatIsAtWorkIsNotGivenTwice() throws SQLException {
    List<List<String>> rows =
        session.query(row -> names(row.getString(1).endsWith("1") ? 2 : 3), SELECT, 1);
    assertThat(rows)
        .containsExactly(List.of("thing 2", "thing 3"), List.of("thing 3"), List.of("thing 3"));
    assertThat(names(2)).containsExactly("thing 2", "thing 3");
  }

  @Test
  void afterAFailureTheSameTextWorks() throws SQLException {
    String insert = "INSERT INTO things VALUES (?, ?)";
    assertThatThrownBy(() -> session.update(insert, 1, "again")).isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> session.update(insert, 4, null)).isInstanceOf(SQLException.class);
    assertThat(session.update(insert, 4, "thing 4")).isOne();
    assertThat(names(4)).containsExactly("thing 4");
  }

  @Test
  void aValueOfTheLastRunIsNotThere() throws SQLException {
    names(1);
    assertThat(session.query(row -> row.getString(1), SELECT)).isEmpty();
  }

  @Test
  void aTableMayChangeBeneathIt() throws SQLException {
    String all = "SELECT * FROM things WHERE id = 1";
    assertThat(session.query(row -> row.getMetaData().getColumnCount(), all)).containsExactly(2);
    session.update("ALTER TABLE things ADD COLUMN size INTEGER");
    assertThat(session.query(row -> row.getMetaData().getColumnCount(), all)).containsExactly(3);
    session.update("DROP TABLE things");
    assertThatThrownBy(() -> names(1)).isInstanceOf(SQLException.class);
  }

  @Test
  void moreTextsThanAreKeptWork() throws SQLException {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 200; i++) {
        int number = i;
        assertThat(session.query(row -> row.getInt(1), "SELECT " + number)).containsExactly(i);
      }
    }
  }
}
