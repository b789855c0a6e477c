package dev.drover.orchestrator.uplink.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/**
 * One write on its way to central.
 *
 * @param seq its number, mall-wide and without gaps
 * @param type the operation's name, e.g. {@code beacon_heartbeat}
 * @param key what keeps its order, e.g. a beacon's id
 * @param queue its class
 * @param idempotencyKey central stores it once for this key
 * @param createdAt when it was accepted
 * @param body the write, as JSON; null when it is not read yet, and when its seal is broken
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
  /** The key of a write whose caller gave it one: two callers may give the same. */
  public static String idempotencyKey(String type, String key, String given) {
    String scoped = type + '\n' + key + '\n' + given;
    return UUID.nameUUIDFromBytes(scoped.getBytes(StandardCharsets.UTF_8)).toString();
  }

  /** The same item with its number. */
  UplinkItem numbered(long number) {
    return new UplinkItem(number, type, key, queue, idempotencyKey, createdAt, body, tries);
  }

  /** The same item after so many refusals. */
  UplinkItem tried(int refusals) {
    return refusals == tries
        ? this
        : new UplinkItem(seq, type, key, queue, idempotencyKey, createdAt, body, refusals);
  }

  /** The same item with what it says. */
  UplinkItem saying(String words) {
    return new UplinkItem(seq, type, key, queue, idempotencyKey, createdAt, words, tries);
  }

  /**
   * The item as a queue carries it; the write itself is sealed, or null where it is not with it.
   */
  String message(byte[] sealed) {
    ObjectNode message = Json.MAPPER.createObjectNode();
    describe(message);
    message.put("key", key).put("class", queue.wire()).put("sealed", sealed);
    return Json.text(message);
  }

  /** The item as central reads it, up to its body. */
  public String wireHead() {
    ObjectNode wire = Json.MAPPER.createObjectNode();
    describe(wire);
    String head = Json.text(wire);
    return head.substring(0, head.length() - 1) + ",\"body\":";
  }

  private void describe(ObjectNode node) {
    node.put("seq", seq);
    node.put("type", type);
    node.put("idempotency_key", idempotencyKey);
    node.put("created_at", createdAt.toString());
  }
}
