package dev.drover.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.crypto.Hashes;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One attempt at a beacon (document 1, section 6.3), and the name by which a repetition is known:
 * its {@code log_id}, else what R-25 lists with its ordinal among equal entries of the batch, so
 * that two real attempts in one second are two.
 *
 * @param key the name, unique for its beacon
 * @param at when it happened
 * @param json the entry as it came
 */
public record AccessLog(String key, Instant at, String json) {
  private static final List<String> TUPLE = List.of("user_id", "device_id", "method", "result");

  /** The entries of a batch, in order. */
  static List<AccessLog> read(JsonNode entries) {
    Map<String, Integer> ordinals = new HashMap<>();
    List<AccessLog> logs = new ArrayList<>();
    for (JsonNode entry : entries) {
      if (!(entry instanceof ObjectNode object)) {
        throw Fields.invalid("logs", "logs is a list of objects");
      }
      Instant at =
          Fields.time(object, "timestamp")
              .orElseThrow(() -> Fields.invalid("timestamp", "each log has a timestamp"));
      Fields.need(object, "result");
      Optional<String> named = Fields.text(object, "log_id");
      String key =
          named
              .map(id -> hash(List.of("id", id)))
              .orElseGet(
                  () -> {
                    List<String> tuple = new ArrayList<>(List.of("tuple", at.toString()));
                    TUPLE.forEach(name -> tuple.add(Fields.text(object, name).orElse(null)));
                    int ordinal = ordinals.merge(hash(tuple), 1, Integer::sum);
                    tuple.add(String.valueOf(ordinal));
                    return hash(tuple);
                  });
      logs.add(new AccessLog(key, at, object.toString()));
    }
    return logs;
  }

  /** JSON keeps apart what joining would mix up. */
  private static String hash(List<String> parts) {
    byte[] text = Json.text(parts).getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(Hashes.sha256(text), 0, 16);
  }
}
