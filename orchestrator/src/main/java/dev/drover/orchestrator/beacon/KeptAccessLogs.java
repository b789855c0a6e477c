package dev.drover.orchestrator.beacon;

import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.report.AccessLog;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.SealedStore;
import dev.drover.orchestrator.database.SealedTable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** The access logs that the mall keeps for itself, each once and sealed, in stored order. */
public final class KeptAccessLogs implements SealedStore {
  private static final String FROM =
      " FROM access_logs WHERE beacon_id = ? AND at >= ? AND seq > ? AND seq <= ?";

  /** An entry in its place. */
  record Kept(long seq, String json) {}

  private final Database database;
  private final Sealer sealer;

  /** The access logs in this database. */
  public KeptAccessLogs(Database database, Sealer sealer) {
    this.database = database;
    this.sealer = sealer;
  }

  @Override
  public List<SealedTable> sealedTables() {
    return List.of(
        new SealedTable(
            "access_logs",
            List.of("seq", "beacon_id", "log_key"),
            "log",
            "access-log",
            keys -> keys.get(1) + "/" + keys.get(2),
            database::transaction));
  }

  /** How many different entries of these the mall does not have. */
  int fresh(String beaconId, List<AccessLog> logs) {
    return database.read(
        open -> {
          int fresh = 0;
          for (String key : logs.stream().map(AccessLog::key).distinct().toList()) {
            boolean known =
                !Database.query(
                        open,
                        row -> 1,
                        "SELECT 1 FROM access_logs WHERE beacon_id = ? AND log_key = ?",
                        beaconId,
                        key)
                    .isEmpty();
            fresh += known ? 0 : 1;
          }
          return fresh;
        });
  }

  /** Keeps what is new; returns how many entries were. */
  int store(String beaconId, List<AccessLog> logs) {
    return database.together(
        open -> {
          int stored = 0;
          for (AccessLog log : logs) {
            stored +=
                Database.update(
                    open,
                    "INSERT INTO access_logs (beacon_id, log_key, at, log) VALUES (?, ?, ?, ?) ON"
                        + " CONFLICT DO NOTHING",
                    beaconId,
                    log.key(),
                    log.at().toEpochMilli(),
                    seal(beaconId, log));
          }
          return stored;
        });
  }

  /** The number of the newest entry. */
  long newest() {
    return database
        .first(row -> row.getLong(1), "SELECT coalesce(max(seq), 0) FROM access_logs")
        .orElse(0L);
  }

  /**
   * Entries of a beacon from a time on, after one number and up to another: up to so many, and so
   * many bytes, but always one.
   */
  List<Kept> page(String beaconId, Instant since, long after, long upTo, int limit, long bytes) {
    return database.query(
        row -> new Kept(row.getLong(1), open(beaconId + "/" + row.getString(2), row.getBytes(3))),
        "SELECT seq, log_key, log FROM access_logs WHERE seq IN (SELECT seq FROM (SELECT seq, size,"
            + " sum(size) OVER (ORDER BY seq) AS total FROM (SELECT seq, length(log) AS size"
            + FROM
            + " ORDER BY seq LIMIT ?)) WHERE total <= ? OR total = size) ORDER BY seq",
        beaconId,
        since.toEpochMilli(),
        after,
        upTo,
        limit,
        bytes);
  }

  /** Whether there are such entries. */
  boolean any(String beaconId, Instant since, long after, long upTo) {
    return database
        .first(
            row -> true,
            "SELECT 1" + FROM + " LIMIT 1",
            beaconId,
            since.toEpochMilli(),
            after,
            upTo)
        .isPresent();
  }

  /** Forgets entries from before a time; returns how many. */
  int purge(Instant before) {
    return database.update("DELETE FROM access_logs WHERE at < ?", before.toEpochMilli());
  }

  private byte[] seal(String beaconId, AccessLog log) {
    byte[] text = log.json().getBytes(StandardCharsets.UTF_8);
    return sealer.seal("access-log", beaconId + "/" + log.key(), text);
  }

  private String open(String id, byte[] sealed) {
    return new String(sealer.open("access-log", id, sealed), StandardCharsets.UTF_8);
  }
}
