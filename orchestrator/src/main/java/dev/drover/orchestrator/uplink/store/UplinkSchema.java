package dev.drover.orchestrator.uplink.store;

/** The uplink's tables, and the query that makes the ledger of them in one look. */
final class UplinkSchema {
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
