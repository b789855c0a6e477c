package dev.drover.orchestrator.uplink.store;

import dev.drover.proto.Json;
import dev.drover.proto.RawJson;
import dev.drover.proto.navign.ParkedItemAnswer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/**
 * An item that waits for a person.
 *
 * @param id names it for operators
 * @param seq its number; null for a message that nobody can read
 * @param type the operation's name
 * @param key what kept its order
 * @param createdAt when it was accepted
 * @param body the write; JSON, or text of an unreadable message; null when its seal is broken
 * @param reason why it is here
 * @param step the route step that gave up
 * @param tries how often central refused it
 * @param parkedAt since when it is here
 */
public record ParkedItem(
    long id,
    Long seq,
    String type,
    String key,
    Instant createdAt,
    String body,
    String reason,
    String step,
    int tries,
    Instant parkedAt) {
  static ParkedItem read(ResultSet row, UplinkSeal seal) throws SQLException {
    return new ParkedItem(
        row.getLong("id"),
        row.getObject("seq") == null ? null : row.getLong("seq"),
        row.getString("type"),
        row.getString("item_key"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        seal.open(row.getString("idempotency_key"), row.getBytes("body")),
        row.getString("reason"),
        row.getString("step"),
        row.getInt("tries"),
        Instant.ofEpochMilli(row.getLong("parked_at")));
  }

  public ParkedItemAnswer wire() {
    boolean text = seq == null && body != null;
    return new ParkedItemAnswer(
        id,
        seq,
        type,
        key,
        createdAt,
        parkedAt,
        reason,
        step,
        tries,
        RawJson.of(text ? Json.text(body) : body));
  }
}
