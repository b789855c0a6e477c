package dev.drover.orchestrator.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;

/**
 * One event of central's stream.
 *
 * @param id its id, which is also the cursor after it
 * @param type its type, e.g. {@code data_update}
 * @param data its data as it came
 * @param key what it is handled once by: {@code event_key}, else the id
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
    return new MallEvent(id, type, data, key == null || key.isBlank() ? id : key);
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
