package dev.drover.bench;

import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Sealer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/** The writes of the uplink's benchmark: access logs of a hundred beacons. */
final class UplinkItems {
  private static final String BODY =
      "{\"beacon_id\":\"b%d\",\"logs\":[{\"timestamp\":\"2026-11-21T08:00:00Z\",\"user_id\":\"user-%d\",\"device_id\":\"gate-%d\",\"result\":\"granted\",\"method\":\"nfc\",\"duration_ms\":112}],\"total_logs\":1}";

  private UplinkItems() {}

  /** An item as it stands in a request. */
  static String wire(int seq) {
    return "{\"seq\":%d,\"type\":\"access_logs\",\"idempotency_key\":\"%032x\",\"created_at\":\"2026-11-21T08:00:00Z\",\"body\":%s}"
        .formatted(seq, seq, body(seq, 0));
  }

  private static String body(int seq, int bytes) {
    String body = BODY.formatted(seq % 100, seq, seq % 100);
    String more = ",\"note\":\"" + "x".repeat(Math.max(0, bytes - body.length())) + "\"}";
    return bytes == 0 ? body : body.substring(0, body.length() - 1) + more;
  }

  /**
   * Puts items 1 to {@code count} where a mall that was alone has them, sealed as it seals them.
   *
   * @param bytes about how long each is; 0 for one log
   */
  static void queue(Path data, int count, int bytes) throws SQLException {
    Sealer sealer = new Sealer(new FileKeyProvider(data.resolve("keys")).secret("mall-store"));
    try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("mall.db"));
        Statement statement = open.createStatement()) {
      open.setAutoCommit(false);
      statement.execute("DELETE FROM uplink_items");
      statement.execute("DELETE FROM uplink_counts");
      statement.execute("DELETE FROM sqlite_sequence WHERE name = 'uplink_items'");
      statement.execute("INSERT INTO uplink_counts VALUES ('accepted', " + count + ")");
      String sql =
          "INSERT INTO uplink_items (seq, type, item_key, class, idempotency_key, created_at, size,"
              + " body) VALUES (?, 'access_logs', ?, 'normal', ?, 1790000000000, ?, ?)";
      try (PreparedStatement insert = open.prepareStatement(sql)) {
        for (int seq = 1; seq <= count; seq++) {
          String key = "%032x".formatted(seq);
          insert.setInt(1, seq);
          insert.setString(2, "b" + seq % 100);
          insert.setString(3, key);
          byte[] body = body(seq, bytes).getBytes(StandardCharsets.UTF_8);
          insert.setInt(4, body.length + 256);
          insert.setBytes(5, sealer.seal("uplink", key, body));
          insert.executeUpdate();
        }
      }
      open.commit();
    }
  }

  /** What the ledger of a mall that has ended says, in its own words. */
  static String ledger(Path data) throws SQLException {
    try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("mall.db"));
        Statement statement = open.createStatement();
        var row =
            statement.executeQuery(
                "SELECT group_concat(name || ' ' || value, ', '), (SELECT count(*) FROM"
                    + " uplink_items) FROM uplink_counts WHERE name IN ('accepted', 'stored',"
                    + " 'duplicate', 'parked')")) {
      return row.getString(1) + ", pending " + row.getLong(2);
    }
  }
}
