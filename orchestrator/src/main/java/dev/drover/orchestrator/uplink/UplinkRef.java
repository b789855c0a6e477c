package dev.drover.orchestrator.uplink;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.Json;

/**
 * Which item a message of the queue is. What is sent is the store's, so this is all that is read of
 * a message.
 *
 * @param seq the item's number
 * @param queue its class
 * @param idempotencyKey tells it from another one that has this number in another store
 */
record UplinkRef(long seq, UplinkClass queue, String idempotencyKey) {
  static UplinkRef of(UplinkItem item) {
    return new UplinkRef(item.seq(), item.queue(), item.idempotencyKey());
  }

  /**
   * Reads what {@link UplinkItem#message} wrote.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static UplinkRef read(byte[] message) {
    ObjectNode node = Json.object(message);
    for (String name : new String[] {"seq", "class", "idempotency_key"}) {
      if (!node.has(name)) {
        throw new IllegalArgumentException("the message has no " + name);
      }
    }
    return new UplinkRef(
        node.get("seq").asLong(),
        UplinkClass.of(node.get("class").asText()),
        node.get("idempotency_key").asText());
  }
}
