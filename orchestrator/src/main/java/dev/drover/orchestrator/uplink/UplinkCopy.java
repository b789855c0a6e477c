package dev.drover.orchestrator.uplink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * A whole message of the queue: needed only where the store has lost its row.
 *
 * @param sealed the write as it lay in {@code mall.db}; null when it was too large for the queue
 */
record UplinkCopy(UplinkRef ref, String type, String key, long createdAt, byte[] sealed) {
  /**
   * Reads what {@link UplinkItem#message} wrote.
   *
   * @throws RuntimeException when it is something else
   */
  static UplinkCopy read(byte[] message) {
    ObjectNode node = Json.object(message);
    JsonNode sealed = node.path("sealed");
    try {
      return new UplinkCopy(
          UplinkRef.read(message),
          node.path("type").asText(),
          node.path("key").asText(),
          Instant.parse(node.path("created_at").asText()).toEpochMilli(),
          sealed.isTextual() ? sealed.binaryValue() : null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
