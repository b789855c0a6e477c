package dev.drover.orchestrator.cache;

import dev.drover.engine.crypto.SealBrokenException;
import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.migrate.Migrations;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.Session;
import dev.drover.orchestrator.database.SqlMigrations;
import dev.drover.proto.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The cache's SQLite file. An item's row holds {@code seal(h ‖ json)}, sealed for its collection
 * and id, h being its 32-byte hash. What is read here is judged elsewhere.
 */
final class CacheFile implements AutoCloseable {
  static final String ITEM = "item";
  static final String META = "cache-meta";
  private static final String RECORD = "record";
  private static final int HASH = 32;

  static final Migrations<Connection> MIGRATIONS = SqlMigrations.of("stores/cache/001-tables.sql");

  /** A row as it lies in the file. */
  record Row(String collection, String id, byte[] sealed) {
    long size() {
      return sealed == null ? 0 : sealed.length;
    }
  }

  /** What is read at a time ends with the row that reaches so many bytes. */
  static final long PAGE_BYTES = 1 << 20;

  /** What a row holds. */
  record Content(byte[] hash, String json) {}

  /** Receives rows. */
  @FunctionalInterface
  interface Rows {
    void row(Row row);
  }

  /** Writes within a transaction. */
  @FunctionalInterface
  interface Writes {
    void to(CacheTransaction transaction) throws SQLException;
  }

  private final Database database;
  private final String entityId;
  private final Sealer sealer;

  CacheFile(Path file, String entityId, Sealer sealer) {
    this.database = new Database(file, MIGRATIONS);
    this.entityId = entityId;
    this.sealer = sealer;
  }

  Database database() {
    return database;
  }

  /** All or nothing; on disk when it returns. */
  void write(Writes writes) {
    database.transaction(
        open -> {
          try (CacheTransaction transaction = new CacheTransaction(this, open)) {
            writes.to(transaction);
          }
          return null;
        });
  }

  /** The cache's record; empty when none was ever written. */
  Optional<CacheRecord> record() {
    return meta(RECORD)
        .map(
            json -> {
              try {
                return Json.MAPPER.readValue(json, CacheRecord.class);
              } catch (java.io.IOException e) {
                throw new SealBrokenException("The cache's record is of another version");
              }
            });
  }

  /** The bucket hashes of a collection as they were stored last; empty when unreadable. */
  Optional<byte[]> bucketHashes(String collection) {
    try {
      return meta(collection);
    } catch (SealBrokenException e) {
      return Optional.empty();
    }
  }

  private Optional<byte[]> meta(String name) {
    return database
        .first(row -> bytes(row.getBytes(1)), "SELECT value FROM meta WHERE name = ?", name)
        .map(value -> sealer.open(META, metaId(name), value));
  }

  /** A column that no statement of ours left empty can be empty in a damaged file. */
  private static byte[] bytes(byte[] value) {
    return value == null ? new byte[0] : value;
  }

  private String metaId(String name) {
    return entityId + "/" + name;
  }

  byte[] sealMeta(String name, byte[] value) {
    return sealer.seal(META, metaId(name), value);
  }

  byte[] sealRecord(CacheRecord record) {
    return sealMeta(RECORD, Json.text(record).getBytes(StandardCharsets.UTF_8));
  }

  static String recordName() {
    return RECORD;
  }

  byte[] seal(String collection, String id, byte[] hash, String json) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    byte[] both = ByteBuffer.allocate(HASH + text.length).put(hash).put(text).array();
    return sealer.seal(ITEM, collection + "/" + id, both);
  }

  /** What a row holds; empty when its seal does not open for this very item. */
  Optional<Content> open(String collection, String id, byte[] sealed) {
    if (sealed == null || sealed.length < Sealer.OVERHEAD + HASH) {
      return Optional.empty();
    }
    try {
      byte[] both = sealer.open(ITEM, collection + "/" + id, sealed);
      String json = new String(both, HASH, both.length - HASH, StandardCharsets.UTF_8);
      return Optional.of(new Content(Arrays.copyOf(both, HASH), json));
    } catch (SealBrokenException e) {
      return Optional.empty();
    }
  }

  /** One row's value. */
  Optional<byte[]> value(long generation, String collection, String id) {
    return database.first(
        row -> bytes(row.getBytes(1)),
        "SELECT value FROM items WHERE generation = ? AND collection = ? AND id = ?",
        generation,
        collection,
        id);
  }

  /**
   * The rows after one id, up to another one unless that is null, in order, and no more than {@link
   * #PAGE_BYTES}.
   */
  static List<Row> range(
      Session open, long generation, String collection, String after, String to, int limit)
      throws SQLException {
    try (PreparedStatement select =
        open.connection()
            .prepareStatement(
                "SELECT id, value FROM items WHERE generation = ? AND collection = ? AND id > ? AND (?"
                    + " IS NULL OR id <= ?) ORDER BY id LIMIT ?")) {
      select.setLong(1, generation);
      select.setString(2, collection);
      select.setString(3, after);
      select.setString(4, to);
      select.setString(5, to);
      select.setInt(6, limit);
      List<Row> rows = new ArrayList<>();
      long bytes = 0;
      try (ResultSet found = select.executeQuery()) {
        while (bytes < PAGE_BYTES && found.next()) {
          Row row = new Row(collection, found.getString(1), found.getBytes(2));
          rows.add(row);
          bytes += row.size();
        }
      }
      return rows;
    }
  }

  List<Row> range(long generation, String collection, String after, String to, int limit) {
    return database.read(open -> range(open, generation, collection, after, to, limit));
  }

  /** Every row of a generation. */
  void all(long generation, Rows rows) {
    database.read(
        open -> {
          try (PreparedStatement select =
              open.connection()
                  .prepareStatement(
                      "SELECT collection, id, value FROM items WHERE generation = ?")) {
            select.setLong(1, generation);
            try (ResultSet found = select.executeQuery()) {
              while (found.next()) {
                rows.row(new Row(found.getString(1), found.getString(2), found.getBytes(3)));
              }
            }
          }
          return null;
        });
  }

  /** A generation that no row has. */
  long freeGeneration() {
    return 1
        + database.first(row -> row.getLong(1), "SELECT max(generation) FROM items").orElse(0L);
  }

  boolean hasItems() {
    return !database.query(row -> 1, "SELECT 1 FROM items LIMIT 1").isEmpty();
  }

  /** Deletes some rows of other generations; false when there are none left. */
  boolean deleteOthers(long generation, int limit) {
    return database.update(
            "DELETE FROM items WHERE (generation, collection, id) IN (SELECT generation,"
                + " collection, id FROM items WHERE generation < ? OR generation > ? LIMIT ?)",
            generation,
            generation,
            limit)
        > 0;
  }

  @Override
  public void close() {
    database.close();
  }
}
