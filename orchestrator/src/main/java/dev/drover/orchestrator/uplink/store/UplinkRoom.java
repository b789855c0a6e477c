package dev.drover.orchestrator.uplink.store;

import dev.drover.orchestrator.database.Database;
import java.util.concurrent.atomic.AtomicLong;

/** What pending and parked items take, as a running sum, and what they may take. */
final class UplinkRoom {
  /** What a row takes besides its body, about, in bytes. */
  static final long ROW = 256;

  private final Database database;
  private final long max;
  private final AtomicLong bytes = new AtomicLong();

  UplinkRoom(Database database, long max) {
    this.database = database;
    this.max = max;
    measure();
  }

  static long size(String body) {
    return Utf8.length(body) + ROW;
  }

  /** Asks the tables: the running sum knows nothing of what is undone. */
  void measure() {
    bytes.set(
        database
            .first(
                row -> row.getLong(1),
                "SELECT (SELECT coalesce(sum(size), 0) FROM uplink_items) + (SELECT"
                    + " coalesce(sum(size), 0) FROM uplink_parked)")
            .orElse(0L));
  }

  boolean fits(long size) {
    return bytes.get() + size <= max;
  }

  void add(long size) {
    bytes.addAndGet(size);
  }

  long taken() {
    return bytes.get();
  }

  /** What is left of it, in percent. */
  int percentLeft() {
    return (int) Math.max(0, 100 - bytes.get() / Math.max(1.0, max / 100.0));
  }

  /** Whether less than a tenth is left. */
  boolean nearlyFull() {
    return bytes.get() > max / 10 * 9;
  }
}
