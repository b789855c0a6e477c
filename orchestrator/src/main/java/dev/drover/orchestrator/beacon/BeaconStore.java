package dev.drover.orchestrator.beacon;

import dev.drover.engine.crypto.PublicKeys;
import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.report.BeaconHeartbeat;
import dev.drover.engine.report.BeaconRegistration;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.SealedStore;
import dev.drover.orchestrator.database.SealedTable;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.BeaconList;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPublicKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The mall's beacons in {@code mall.db}: keys, approval, last report. What they said is sealed. */
public final class BeaconStore implements SealedStore {
  private static final String COLUMNS =
      "device_id, beacon_id, public_key, registered_at, approved FROM beacons";

  private final Database database;
  private final Sealer sealer;
  private final Clock clock;

  /** The beacons in this database. */
  public BeaconStore(Database database, Sealer sealer, Clock clock) {
    this.database = database;
    this.sealer = sealer;
    this.clock = clock;
  }

  @Override
  public List<SealedTable> sealedTables() {
    return List.of(
        SealedTable.of(database, "beacons", "device_id", "registration", "registration"),
        SealedTable.of(database, "beacons", "device_id", "heartbeat", "heartbeat"));
  }

  /** The beacon of a device. */
  Optional<Beacon> find(String deviceId) {
    return database.first(
        BeaconStore::beacon, "SELECT " + COLUMNS + " WHERE device_id = ?", deviceId);
  }

  /** The beacon of an id. */
  Optional<Beacon> findBeacon(String beaconId) {
    return database.first(
        BeaconStore::beacon, "SELECT " + COLUMNS + " WHERE beacon_id = ?", beaconId);
  }

  private static Beacon beacon(ResultSet row) throws SQLException {
    return new Beacon(
        row.getString(1),
        row.getString(2),
        PublicKeys.parse(row.getString(3)),
        row.getObject(4) != null,
        row.getBoolean(5));
  }

  /**
   * Ties a device to a key and an id, durably. A device that somebody else has tied meanwhile stays
   * as it is.
   *
   * @throws ProtocolException ALREADY_EXISTS when the id is another device's
   */
  Beacon pin(String deviceId, String beaconId, ECPublicKey key) {
    database.together(
        open ->
            Database.update(
                open,
                "INSERT INTO beacons (device_id, beacon_id, public_key) VALUES (?, ?, ?) ON"
                    + " CONFLICT DO NOTHING",
                deviceId,
                beaconId,
                PublicKeys.toPem(key)));
    return find(deviceId)
        .orElseThrow(
            () ->
                new ProtocolException(
                    ErrorCode.ALREADY_EXISTS,
                    "This beacon_id belongs to another device",
                    Map.of("beacon_id", beaconId)));
  }

  /** Keeps a registration that is on its way to central. */
  void registered(Beacon beacon, BeaconRegistration report, String json, boolean approved) {
    database.together(
        open ->
            Database.update(
                open,
                "UPDATE beacons SET registered_at = coalesce(registered_at, ?), approved ="
                    + " max(approved, ?), firmware_version = ?, area_id = ?, registration = ? WHERE"
                    + " device_id = ?",
                clock.millis(),
                approved,
                report.firmwareVersion().orElse(null),
                report.areaId().orElse(null),
                seal("registration", beacon.deviceId(), json),
                beacon.deviceId()));
  }

  /** Keeps a heartbeat, unless a later one is known. */
  void heard(Beacon beacon, BeaconHeartbeat report, Instant at, String json) {
    database.together(
        open ->
            Database.update(
                open,
                "UPDATE beacons SET status = ?, last_seen = ?, firmware_version = coalesce(?,"
                    + " firmware_version), heartbeat = ? WHERE device_id = ? AND coalesce(last_seen,"
                    + " 0) <= ?",
                report.status(),
                at.toEpochMilli(),
                report.firmwareVersion().orElse(null),
                seal("heartbeat", beacon.deviceId(), json),
                beacon.deviceId(),
                at.toEpochMilli()));
  }

  /** Lets a beacon in, or not; false when there is none with this id. */
  boolean approve(String beaconId, boolean approved) {
    return database.update(
            "UPDATE beacons SET approved = ? WHERE beacon_id = ?", approved, beaconId)
        == 1;
  }

  /** Forgets a device and its key; false when there is none with this id. */
  boolean forget(String beaconId) {
    return database.update("DELETE FROM beacons WHERE beacon_id = ?", beaconId) == 1;
  }

  /** The registered beacons after this id, for operators. */
  List<BeaconList.Beacon> list(String after, int limit) {
    return database.query(
        BeaconStore::describe,
        "SELECT beacon_id, device_id, status, approved, firmware_version, area_id, last_seen,"
            + " registered_at FROM beacons WHERE beacon_id > ? AND registered_at IS NOT NULL ORDER"
            + " BY beacon_id LIMIT ?",
        after,
        limit);
  }

  private static BeaconList.Beacon describe(ResultSet row) throws SQLException {
    return new BeaconList.Beacon(
        row.getString(1),
        row.getString(2),
        row.getString(3) == null ? "registered" : row.getString(3),
        row.getBoolean(4),
        row.getString(5),
        row.getString(6),
        row.getObject(7) == null ? null : Instant.ofEpochMilli(row.getLong(7)),
        null,
        null,
        Instant.ofEpochMilli(row.getLong(8)));
  }

  private byte[] seal(String kind, String id, String value) {
    return sealer.seal(kind, id, value.getBytes(StandardCharsets.UTF_8));
  }
}
