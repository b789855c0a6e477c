package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.crypto.Hashes;
import dev.drover.engine.report.Fields;
import dev.drover.proto.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One write of a mall that waited in its queue.
 *
 * @param seq its number in the mall's ledger
 * @param type the operation's name
 * @param key what a repetition is known by
 * @param madeAt when the mall accepted it
 * @param body the operation's request
 */
record UploadItem(long seq, String type, String key, Optional<Instant> madeAt, ObjectNode body) {
  private static final Pattern KEY = Pattern.compile("[\\x20-\\x7e]{1,255}");

  /** The number of an item, without which nothing can be said of it. */
  static long seq(JsonNode item) {
    JsonNode seq = item.path("seq");
    if (!seq.isIntegralNumber() || !seq.canConvertToLong() || seq.longValue() < 0) {
      throw Fields.invalid("seq", "each item has a seq, a number from 0 on");
    }
    return seq.longValue();
  }

  /**
   * Reads an item.
   *
   * @throws ProtocolException VALIDATION_FAILED
   */
  static UploadItem read(JsonNode item) {
    String key = Fields.need(item, "idempotency_key");
    if (!KEY.matcher(key).matches()) {
      throw Fields.invalid("idempotency_key", "a key is 1 to 255 printable ASCII characters");
    }
    if (!(item.path("body") instanceof ObjectNode body)) {
      throw Fields.invalid("body", "body is the operation's request, an object");
    }
    return new UploadItem(
        seq(item), Fields.need(item, "type"), key, Fields.time(item, "created_at"), body);
  }

  /** What a repetition must have in common; nothing for a sealed body, which is never the same. */
  String fingerprint() {
    String content = type + "\n" + (body.has("jwe") ? "sealed" : body.toString());
    return HexFormat.of().formatHex(Hashes.sha256(content.getBytes(StandardCharsets.UTF_8)), 0, 16);
  }
}
