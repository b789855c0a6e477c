package dev.drover.orchestrator.uplink.store;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Which item a message of the queue is.
 *
 * @param seq the item's number
 * @param queue its class
 * @param idempotencyKey tells it from another one that has this number in another store
 */
public record UplinkRef(long seq, UplinkClass queue, String idempotencyKey) {
  public static UplinkRef of(UplinkItem item) {
    return new UplinkRef(item.seq(), item.queue(), item.idempotencyKey());
  }

  /**
   * Of a message of the queue.
   *
   * @throws IllegalArgumentException when it does not say which item it is
   */
  static UplinkRef read(ObjectNode node) {
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
