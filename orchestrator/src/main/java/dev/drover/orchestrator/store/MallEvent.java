package dev.drover.orchestrator.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * One event of central's stream.
 *
 * @param id its id, which is also the cursor after it
 * @param type its type, e.g. {@code data_update}
 * @param data its data as it came
 * @param key what it is handled once by: {@code event_key}, else the id, else its content
 */
public record MallEvent(String id, String type, String data, String key) {
  /** Takes the key from the data; data that is not JSON is the handler's problem. */
  public static MallEvent of(String id, String type, String data) {
    String key = null;
    try {
      key = Json.tree(data.getBytes(StandardCharsets.UTF_8)).path("event_key").textValue();
    } catch (ProtocolException e) {
      // Its id is all that is known of it.
    }
    if (key == null || key.isBlank()) {
      key = id;
    }
    if (key.isEmpty()) {
      key = UUID.nameUUIDFromBytes((type + data).getBytes(StandardCharsets.UTF_8)).toString();
    }
    return new MallEvent(id, type, data, key);
  }

  /**
   * The data as JSON.
   *
   * @throws ProtocolException VALIDATION_FAILED when it is none
   */
  public JsonNode json() {
    return Json.tree(data.getBytes(StandardCharsets.UTF_8));
  }
}
