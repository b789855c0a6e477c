package dev.drover.orchestrator.uplink.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.Json;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * A write as the queue brings it: this is what is sent.
 *
 * @param ref which write it is
 * @param type the operation's name
 * @param key what keeps its order
 * @param createdAt when it was accepted; the epoch when the message does not say so
 * @param sealed the write itself; null when it was too large for the queue
 */
public record UplinkCopy(UplinkRef ref, String type, String key, Instant createdAt, byte[] sealed) {
  /**
   * Reads what {@link UplinkItem#message} wrote. What a message does not say rightly besides its
   * number, class and key is as if it did not say it: the store has it still.
   *
   * @throws IllegalArgumentException when it does not say which write it is
   */
  public static UplinkCopy read(byte[] message) {
    ObjectNode node = Json.object(message);
    return new UplinkCopy(
        UplinkRef.read(node),
        node.path("type").asText(),
        node.path("key").asText(),
        instant(node.path("created_at").asText()),
        bytes(node.path("sealed")));
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      return Instant.EPOCH;
    }
  }

  private static byte[] bytes(JsonNode node) {
    try {
      return node.isTextual() ? node.binaryValue() : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** This one, or the other message of the same item when this one does not bring the write. */
  public UplinkCopy or(UplinkCopy other) {
    return sealed == null ? other : this;
  }

  /** Whether it brings this item: with all that its row says of it, and the write itself. */
  boolean brings(UplinkItem item) {
    return sealed != null
        && ref.equals(UplinkRef.of(item))
        && type.equals(item.type())
        && key.equals(item.key())
        && createdAt.equals(item.createdAt());
  }
}
