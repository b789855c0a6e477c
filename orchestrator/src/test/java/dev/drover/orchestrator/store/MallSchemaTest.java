package dev.drover.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.files.DataFile;
import dev.drover.engine.migrate.Migrations;
import dev.drover.engine.start.KeptKeys;
import dev.drover.engine.start.StartRefused;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.DatabaseTest;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store of another build: an older one is brought up to date, a newer one is left alone. */
class MallSchemaTest {
  @TempDir Path data;
  private Path file;

  @BeforeEach
  void name() {
    file = data.resolve("mall.db");
  }

  private MallStore open() {
    return new MallStore(file, new Sealer(new byte[32]), Clock.systemUTC());
  }

  private List<String> query(Path of, String sql) throws Exception {
    try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + of);
        Statement statement = open.createStatement()) {
      if (!statement.execute(sql)) {
        return List.of();
      }
      List<String> rows = new ArrayList<>();
      try (ResultSet row = statement.getResultSet()) {
        int columns = row.getMetaData().getColumnCount();
        while (row.next()) {
          List<String> cells = new ArrayList<>();
          for (int column = 1; column <= columns; column++) {
            byte[] cell = row.getBytes(column);
            cells.add(cell == null ? "-" : new String(cell, StandardCharsets.ISO_8859_1));
          }
          rows.add(String.join("|", cells));
        }
      }
      return rows;
    }
  }

  private void write(String fixture) throws Exception {
    try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = open.createStatement();
        InputStream in = getClass().getResourceAsStream("/stores/" + fixture)) {
      String sql = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String one : sql.split(";\n")) {
        statement.execute(one);
      }
    }
  }

  private Map<String, List<String>> rows() throws Exception {
    Map<String, List<String>> all = new TreeMap<>();
    for (String table : query(file, "SELECT name FROM sqlite_master WHERE type = 'table'")) {
      all.put(table, query(file, "SELECT * FROM " + table));
    }
    return all;
  }

  private List<String> tables(Path of) throws Exception {
    return query(of, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").stream()
        .map(sql -> sql.replaceAll("\\s+", " ").replace("( ", "(").replace(" )", ")"))
        .toList();
  }

  @Test
  void aStoreOfABuildWithoutVersionsIsAsANewOneAndKeepsEveryRow() throws Exception {
    write("mall-0.sql");
    Map<String, List<String>> before = rows();
    assertThat(before.values().stream().mapToInt(List::size).sum()).isGreaterThan(20);
    assertThat(query(file, "PRAGMA user_version")).containsExactly("0");

    try (MallStore store = open()) {
      assertThat(store.settings().get("token")).contains("a-token");
      assertThat(store.settings().get(MallSettings.CURSOR)).contains("evt-2");
      assertThat(store.events().config("geofence")).contains("{\"radius\":50}");
      assertThat(new Edits(store, Clock.systemUTC()).pending()).isEqualTo(1);
    }

    assertThat(query(file, "PRAGMA user_version")).containsExactly("1");
    assertThat(rows()).isEqualTo(before);
    Path fresh = data.resolve("fresh.db");
    new MallStore(fresh, new Sealer(new byte[32]), Clock.systemUTC()).close();
    assertThat(tables(file)).isEqualTo(tables(fresh));
    assertThat(query(fresh, "PRAGMA user_version")).containsExactly("1");
  }

  @Test
  void aStoreOfANewerBuildIsRefusedAndNotTouched() throws Exception {
    new StoreCheck(data, new KeptKeys(data.resolve("keys"), Map.of())).run();
    open().close();
    query(file, "CREATE TABLE of_tomorrow (a)");
    query(file, "PRAGMA user_version = 7");
    Map<String, List<String>> before = rows();
    StoreCheck check = new StoreCheck(data, new KeptKeys(data.resolve("keys"), Map.of()));

    for (Runnable start : List.<Runnable>of(check::run, this::open)) {
      assertThatThrownBy(start::run)
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining(file + " has schema version 7, and this build knows 1")
          .hasMessageContaining("start the build that wrote it", "put back a backup");
    }
    assertThat(rows()).isEqualTo(before);
    assertThat(query(file, "PRAGMA user_version")).containsExactly("7");
  }

  @Test
  void aStepHappensWithItsVersionOrNotAtAll() throws Exception {
    var first = DatabaseTest.step("first", "CREATE TABLE a (x)", "INSERT INTO a VALUES (1)");
    var broken =
        DatabaseTest.step("broken", "CREATE TABLE b (x)", "INSERT INTO nowhere VALUES (1)");
    var mended = DatabaseTest.step("mended", "CREATE TABLE b AS SELECT x + 1 AS x FROM a");

    assertThatThrownBy(() -> new Database(file, new Migrations<>(List.of(first, broken))))
        .hasMessageContaining("mall.db")
        .hasMessageContaining("migration broken failed");
    assertThat(query(file, "PRAGMA user_version")).containsExactly("1");
    assertThat(query(file, "SELECT name FROM sqlite_master")).containsExactly("a");

    for (int start = 0; start < 2; start++) {
      new Database(file, new Migrations<>(List.of(first, mended))).close();
      assertThat(query(file, "PRAGMA user_version")).containsExactly("2");
      assertThat(query(file, "SELECT x FROM a")).containsExactly("1");
      assertThat(query(file, "SELECT x FROM b")).containsExactly("2");
    }
  }

  @Test
  void theTableOfFilesHasTheVersion() {
    assertThat(MallSchema.MIGRATIONS.latest()).isEqualTo(DataFile.MALL_VERSION);
  }
}
