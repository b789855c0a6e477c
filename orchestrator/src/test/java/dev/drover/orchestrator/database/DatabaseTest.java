package dev.drover.orchestrator.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.engine.migrate.Migration;
import dev.drover.engine.migrate.Migrations;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class DatabaseTest {
  private static final Migrations<Connection> SCHEMA =
      new Migrations<>(List.of(step("notes", "CREATE TABLE notes (note TEXT)")));

  @TempDir Path directory;

  @Test
  void aFullDiskIsToldToWhomWaitsAndKeepsWhatThereIs() {
    try (Database database = new Database(directory.resolve("mall.db"), SCHEMA)) {
      note(database, "before");
      limit(database, 2);
      assertThatThrownBy(() -> note(database, "x".repeat(100_000)))
          .isInstanceOfSatisfying(
              ProtocolException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_FULL));
      limit(database, 1_000);
      note(database, "after");
      assertThat(database.query(row -> row.getString(1), "SELECT note FROM notes"))
          .containsExactly("before", "after");
    }
  }

  public static Migration<Connection> step(String name, String... statements) {
    return new Migration<>(
        name,
        open -> {
          try (Statement statement = open.createStatement()) {
            for (String sql : statements) {
              statement.execute(sql);
            }
          }
        });
  }

  private static void limit(Database database, int pages) {
    database.transaction(open -> Database.query(open, row -> 1, "PRAGMA max_page_count=" + pages));
  }

  private static void note(Database database, String note) {
    database.together(open -> Database.update(open, "INSERT INTO notes VALUES (?)", note));
  }
}
