package dev.drover.orchestrator.uplink;

import java.util.List;

/** The uplink's tables, and the query that makes the ledger of them in one look. */
final class UplinkSchema {
  static final List<String> STATEMENTS =
      List.of(
          "CREATE TABLE IF NOT EXISTS uplink_items (seq INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT"
              + " NOT NULL, item_key TEXT NOT NULL, class TEXT NOT NULL, idempotency_key TEXT NOT"
              + " NULL UNIQUE, created_at INTEGER NOT NULL, size INTEGER NOT NULL, published"
              + " INTEGER, waits_for INTEGER, tries INTEGER NOT NULL DEFAULT 0, body BLOB)",
          "CREATE INDEX IF NOT EXISTS uplink_by_class ON uplink_items (class, published, waits_for,"
              + " seq)",
          "CREATE INDEX IF NOT EXISTS uplink_latest ON uplink_items (type, item_key) WHERE class ="
              + " 'latest'",
          "CREATE INDEX IF NOT EXISTS uplink_urgent ON uplink_items (item_key, seq) WHERE class ="
              + " 'urgent'",
          "CREATE INDEX IF NOT EXISTS uplink_waiting ON uplink_items (waits_for) WHERE waits_for IS"
              + " NOT NULL",
          "CREATE TABLE IF NOT EXISTS uplink_parked (id INTEGER PRIMARY KEY AUTOINCREMENT, seq"
              + " INTEGER, type TEXT NOT NULL, item_key TEXT NOT NULL, class TEXT NOT NULL,"
              + " idempotency_key TEXT NOT NULL, created_at INTEGER NOT NULL, body BLOB NOT NULL,"
              + " size INTEGER NOT NULL, reason TEXT NOT NULL, step TEXT NOT NULL, tries INTEGER NOT"
              + " NULL, parked_at INTEGER NOT NULL)",
          // the id that a replayed write had while it was parked, until it is settled
          "CREATE TABLE IF NOT EXISTS uplink_replayed (seq INTEGER PRIMARY KEY, id INTEGER NOT"
              + " NULL)",
          "CREATE TABLE IF NOT EXISTS uplink_lost (first INTEGER PRIMARY KEY, last INTEGER NOT NULL)",
          "CREATE TABLE IF NOT EXISTS uplink_counts (name TEXT PRIMARY KEY, value INTEGER NOT"
              + " NULL)");

  static final String LEDGER =
      "SELECT "
          + count("accepted")
          + ", "
          + count("stored")
          + ", "
          + count("duplicate")
          + ", "
          + count("parked")
          + ", "
          + count("superseded")
          + ", (SELECT count(*) FROM uplink_items), "
          + count("last_receipt");

  private UplinkSchema() {}

  private static String count(String name) {
    return "coalesce((SELECT value FROM uplink_counts WHERE name = '" + name + "'), 0)";
  }
}
