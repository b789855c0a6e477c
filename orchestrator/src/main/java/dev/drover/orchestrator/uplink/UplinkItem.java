package dev.drover.orchestrator.uplink;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.drover.proto.Json;
import java.time.Instant;

/**
 * One write on its way to central.
 *
 * @param seq its number, mall-wide and without gaps
 * @param type the operation's name, e.g. {@code beacon_heartbeat}
 * @param key what keeps its order, e.g. a beacon's id
 * @param queue its class
 * @param idempotencyKey central stores it once for this key
 * @param createdAt when it was accepted
 * @param body the write, as JSON
 * @param tries how often central has refused it
 */
public record UplinkItem(
    long seq,
    String type,
    String key,
    UplinkClass queue,
    String idempotencyKey,
    Instant createdAt,
    String body,
    int tries) {
  /** The same item with its number. */
  UplinkItem numbered(long number) {
    return new UplinkItem(number, type, key, queue, idempotencyKey, createdAt, body, tries);
  }

  /** The same item, refused so many times. */
  UplinkItem refused(int times) {
    return new UplinkItem(seq, type, key, queue, idempotencyKey, createdAt, body, times);
  }

  /** The item as a queue carries it. */
  String message() {
    ObjectNode message = wire();
    message.put("key", key);
    message.put("class", queue.wire());
    return Json.text(message);
  }

  /** The item as central reads it. */
  ObjectNode wire() {
    ObjectNode wire = Json.MAPPER.createObjectNode();
    wire.put("seq", seq);
    wire.put("type", type);
    wire.put("idempotency_key", idempotencyKey);
    wire.put("created_at", createdAt.toString());
    wire.putRawValue("body", new RawValue(body));
    return wire;
  }

  /**
   * Reads what {@link #message} wrote.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static UplinkItem read(byte[] message) {
    ObjectNode node = Json.object(message);
    for (String name : new String[] {"seq", "type", "key", "class", "idempotency_key", "body"}) {
      if (!node.has(name)) {
        throw new IllegalArgumentException("the message has no " + name);
      }
    }
    return new UplinkItem(
        node.get("seq").asLong(),
        node.get("type").asText(),
        node.get("key").asText(),
        UplinkClass.of(node.get("class").asText()),
        node.get("idempotency_key").asText(),
        Instant.parse(node.path("created_at").asText()),
        node.get("body").toString(),
        0);
  }
}
