package dev.drover.orchestrator.beacon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.report.Fields;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.Session;
import dev.drover.orchestrator.uplink.UplinkDoor;
import dev.drover.proto.Json;
import dev.drover.proto.navign.RevocationResponse;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.camel.Exchange;

/**
 * Beacons that were shut out, by an operator of this mall or by one at central; either is enough.
 * In {@code mall.db}, with who did it and why, so that it holds while the line is cut and after a
 * restart.
 */
public final class ShutOutBeacons {
  private static final String MALL = "mall";
  private static final String CENTRAL = "central";

  private final Database database;
  private final BeaconStore beacons;
  private final Clock clock;
  private volatile Set<String> revoked;
  private volatile Consumer<String> disconnect = device -> {};

  /** The revocations in this database. */
  public ShutOutBeacons(Database database, BeaconStore beacons, Clock clock) {
    this.database = database;
    this.beacons = beacons;
    this.clock = clock;
    this.revoked = read();
  }

  private Set<String> read() {
    return Set.copyOf(
        database.query(
            row -> row.getString(1), "SELECT DISTINCT beacon_id FROM beacon_revocations"));
  }

  /**
   * What closes the open connections of a device.
   *
   * @param disconnect takes the device id
   */
  public void onRevoked(Consumer<String> disconnect) {
    this.disconnect = disconnect;
  }

  /** Whether a beacon is shut out. */
  public boolean revoked(String beaconId) {
    return revoked.contains(beaconId);
  }

  /** Takes over what is stored, and ends the connections of who is shut out only now. */
  private void enforce() {
    Set<String> before = revoked;
    revoked = read();
    revoked.stream()
        .filter(id -> !before.contains(id))
        .flatMap(id -> beacons.findBeacon(id).stream())
        .forEach(beacon -> disconnect.accept(beacon.deviceId()));
  }

  /**
   * An operator of the mall shuts a beacon out; a repetition answers with the first time.
   *
   * @throws dev.drover.proto.ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED
   */
  public void revoke(Exchange exchange) {
    Promises.store(exchange, "beacons", () -> storeRevoked(exchange));
  }

  private void storeRevoked(Exchange exchange) {
    String reason = Fields.need(Fields.body(exchange), "reason", 1024);
    String beaconId = known(exchange);
    long now = clock.millis();
    long since =
        database.together(
            open -> {
              audit(open, exchange, "beacon_revoked", beaconId, reason, now);
              insert(open, beaconId, MALL, now);
              return Database.query(
                      open,
                      row -> row.getLong(1),
                      "SELECT revoked_at FROM beacon_revocations WHERE beacon_id = ? AND origin ="
                          + " ?",
                      beaconId,
                      MALL)
                  .get(0);
            });
    enforce();
    answer(exchange, new RevocationResponse(Instant.ofEpochMilli(since), null));
  }

  /**
   * An operator of the mall lets a beacon in again, whoever has shut it out.
   *
   * @throws dev.drover.proto.ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED
   */
  public void restore(Exchange exchange) {
    Promises.store(exchange, "beacons", () -> storeRestored(exchange));
  }

  private void storeRestored(Exchange exchange) {
    byte[] body = exchange.getMessage().getBody(byte[].class);
    String reason =
        body == null || body.length == 0
            ? ""
            : Fields.text(Fields.body(exchange), "reason").orElse("");
    String beaconId = known(exchange);
    long now = clock.millis();
    database.together(
        open -> {
          audit(open, exchange, "beacon_restored", beaconId, reason, now);
          return Database.update(
              open, "DELETE FROM beacon_revocations WHERE beacon_id = ?", beaconId);
        });
    enforce();
    answer(exchange, new RevocationResponse(null, Instant.ofEpochMilli(now)));
  }

  /** Takes the whole list of those whom operators at central have shut out. */
  public void takeList(Exchange exchange) {
    Promises.store(exchange, "revocations", () -> storeList(exchange));
  }

  private void storeList(Exchange exchange) {
    JsonNode list = Fields.body(exchange).path("config").path("beacon_ids");
    Set<String> ids = new HashSet<>();
    list.forEach(id -> ids.add(id.asText()));
    long now = clock.millis();
    database.together(
        open -> {
          for (String known :
              Database.query(
                  open,
                  row -> row.getString(1),
                  "SELECT beacon_id FROM beacon_revocations WHERE origin = ?",
                  CENTRAL)) {
            if (!ids.contains(known)) {
              Database.update(
                  open,
                  "DELETE FROM beacon_revocations WHERE beacon_id = ? AND origin = ?",
                  known,
                  CENTRAL);
            }
          }
          for (String id : ids) {
            insert(open, id, CENTRAL, now);
          }
          return ids.size();
        });
    enforce();
  }

  /** Central has answered a report of a beacon: with {@code revoked} it is shut out there. */
  public void takeAnswer(Exchange exchange) {
    if (Fields.body(exchange).path("revoked").asBoolean()) {
      String beaconId = exchange.getMessage().getHeader(UplinkDoor.KEY, String.class);
      long now = clock.millis();
      database.together(open -> insert(open, beaconId, CENTRAL, now));
      enforce();
    }
  }

  private static int insert(Session open, String beaconId, String origin, long now)
      throws SQLException {
    return Database.update(
        open,
        "INSERT INTO beacon_revocations (beacon_id, origin, revoked_at) VALUES (?, ?, ?) ON CONFLICT"
            + " DO NOTHING",
        beaconId,
        origin,
        now);
  }

  private String known(Exchange exchange) {
    String beaconId = Fields.query(exchange, "beacon_id").orElse("");
    if (beacons.findBeacon(beaconId).isEmpty()) {
      throw Fields.unknownBeacon(beaconId);
    }
    return beaconId;
  }

  private static void audit(
      Session open, Exchange exchange, String action, String target, String reason, long now)
      throws SQLException {
    Principal caller = Guards.caller(exchange);
    Database.update(
        open,
        "INSERT INTO audit (at, action, target, reason, by_whom, token_id) VALUES (?, ?, ?, ?, ?,"
            + " ?)",
        now,
        action,
        target,
        reason,
        caller.subject(),
        caller.jti());
    exchange.setProperty(ProtocolLog.BY, caller.subject());
    exchange.setProperty(ProtocolLog.TARGET, target);
    exchange.setProperty(ProtocolLog.REASON, reason);
  }

  private static void answer(Exchange exchange, RevocationResponse answer) {
    exchange.getMessage().setBody(Json.text(answer));
  }
}
