package dev.drover.orchestrator.uplink.store;

import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.Session;
import java.sql.SQLException;

/** The ledger's counters and marks; each change is part of the transaction that it tells of. */
final class UplinkCounts {
  private UplinkCounts() {}

  static void add(Session open, String name, long by) throws SQLException {
    Database.update(
        open,
        "INSERT INTO uplink_counts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET"
            + " value = value + excluded.value",
        name,
        by);
  }

  /** Sets a mark that never goes back. */
  static void raise(Session open, String name, long to) throws SQLException {
    Database.update(
        open,
        "INSERT INTO uplink_counts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET"
            + " value = max(value, excluded.value)",
        name,
        to);
  }
}
