package dev.drover.orchestrator.beacon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Sealer;
import dev.drover.orchestrator.database.Database;
import dev.drover.orchestrator.database.SealedStore;
import dev.drover.orchestrator.database.SealedTable;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Central's commands on their way to beacons (document 1, section 6.2). Central hands them to the
 * mall with its answer to a heartbeat; the beacon gets them with the answers to its next ones,
 * until it names them in {@code commands_done}, five times at most. What is done is told to central
 * until central does not name the command any more: a heartbeat that says so may be superseded.
 */
public final class BeaconCommands implements SealedStore {
  private static final int DELIVERIES = 5;

  private final Database database;
  private final Sealer sealer;

  /** The commands in this database. */
  public BeaconCommands(Database database, Sealer sealer) {
    this.database = database;
    this.sealer = sealer;
  }

  @Override
  public List<SealedTable> sealedTables() {
    return List.of(
        new SealedTable(
            "beacon_commands",
            List.of("beacon_id", "command_id"),
            "command",
            "command",
            keys -> keys.get(0) + "/" + keys.get(1),
            database::transaction));
  }

  /** Takes what central wants of a beacon now. */
  void take(String beaconId, JsonNode commands) {
    database.together(
        open -> {
          Set<String> named = new HashSet<>();
          for (JsonNode command : commands) {
            String id = command.path("command_id").asText();
            if (!id.isEmpty() && named.add(id)) {
              Database.update(
                  open,
                  "INSERT INTO beacon_commands (beacon_id, command_id, command) VALUES (?, ?, ?) ON"
                      + " CONFLICT DO NOTHING",
                  beaconId,
                  id,
                  seal(beaconId, id, command.toString()));
            }
          }
          List<String> ended =
              Database.query(
                  open,
                  row -> row.getString(1),
                  "SELECT command_id FROM beacon_commands WHERE beacon_id = ? AND (done = 1 OR"
                      + " deliveries >= ?)",
                  beaconId,
                  DELIVERIES);
          for (String id : ended) {
            if (!named.contains(id)) {
              Database.update(
                  open,
                  "DELETE FROM beacon_commands WHERE beacon_id = ? AND command_id = ?",
                  beaconId,
                  id);
            }
          }
          return null;
        });
  }

  /** Notes what a beacon has carried out. */
  void done(String beaconId, Set<String> ids) {
    if (ids.isEmpty()) {
      return;
    }
    database.together(
        open -> {
          for (String id : ids) {
            Database.update(
                open,
                "UPDATE beacon_commands SET done = 1 WHERE beacon_id = ? AND command_id = ?",
                beaconId,
                id);
          }
          return null;
        });
  }

  /** What is done and central may not know yet. */
  List<String> done(String beaconId) {
    return database.query(
        row -> row.getString(1),
        "SELECT command_id FROM beacon_commands WHERE beacon_id = ? AND done = 1 ORDER BY rowid",
        beaconId);
  }

  /** The commands to tell a beacon now, as JSON; counts that they were told. */
  List<String> tell(String beaconId) {
    List<String> waiting =
        database.query(
            row -> open(beaconId, row.getString(1), row.getBytes(2)),
            "SELECT command_id, command FROM beacon_commands WHERE beacon_id = ? AND done = 0 AND"
                + " deliveries < ? ORDER BY rowid",
            beaconId,
            DELIVERIES);
    if (!waiting.isEmpty()) {
      database.together(
          open ->
              Database.update(
                  open,
                  "UPDATE beacon_commands SET deliveries = deliveries + 1 WHERE beacon_id = ? AND"
                      + " done = 0 AND deliveries < ?",
                  beaconId,
                  DELIVERIES));
    }
    return waiting;
  }

  private byte[] seal(String beaconId, String id, String command) {
    byte[] text = command.getBytes(StandardCharsets.UTF_8);
    return sealer.seal("command", beaconId + "/" + id, text);
  }

  private String open(String beaconId, String id, byte[] sealed) {
    byte[] text = sealer.open("command", beaconId + "/" + id, sealed);
    return new String(text, StandardCharsets.UTF_8);
  }
}
