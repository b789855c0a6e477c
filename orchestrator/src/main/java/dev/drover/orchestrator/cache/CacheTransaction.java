package dev.drover.orchestrator.cache;

import dev.drover.orchestrator.database.Session;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** What is written to the cache's file together. */
final class CacheTransaction implements AutoCloseable {
  private final CacheFile file;
  private final PreparedStatement put;
  private final PreparedStatement delete;
  private final PreparedStatement meta;

  CacheTransaction(CacheFile file, Session open) throws SQLException {
    this.file = file;
    this.put =
        open.connection()
            .prepareStatement(
                "INSERT OR REPLACE INTO items (generation, collection, id, value) VALUES (?, ?, ?, ?)");
    this.delete =
        open.connection()
            .prepareStatement(
                "DELETE FROM items WHERE generation = ? AND collection = ? AND id = ?");
    this.meta =
        open.connection()
            .prepareStatement("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)");
  }

  void put(long generation, String collection, String id, byte[] hash, String json)
      throws SQLException {
    put.setLong(1, generation);
    put.setString(2, collection);
    put.setString(3, id);
    put.setBytes(4, file.seal(collection, id, hash, json));
    put.executeUpdate();
  }

  void delete(long generation, String collection, String id) throws SQLException {
    delete.setLong(1, generation);
    delete.setString(2, collection);
    delete.setString(3, id);
    delete.executeUpdate();
  }

  void bucketHashes(String collection, byte[] hashes) throws SQLException {
    meta(collection, file.sealMeta(collection, hashes));
  }

  void record(CacheRecord record) throws SQLException {
    meta(CacheFile.recordName(), file.sealRecord(record));
  }

  private void meta(String name, byte[] sealed) throws SQLException {
    meta.setString(1, name);
    meta.setBytes(2, sealed);
    meta.executeUpdate();
  }

  @Override
  public void close() throws SQLException {
    put.close();
    delete.close();
    meta.close();
  }
}
