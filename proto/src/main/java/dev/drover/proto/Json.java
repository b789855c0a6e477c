package dev.drover.proto;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.Map;

/**
 * JSON as the protocol uses it: numbers keep their exact value, a repeated name or text after the
 * document is an error, times are RFC 3339 text.
 */
public final class Json {
  /** The shared mapper. Callers do not configure it further. */
  public static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private Json() {}

  /**
   * Reads a JSON object from the bytes of a request.
   *
   * @throws ProtocolException VALIDATION_FAILED when the bytes are not one JSON object
   */
  public static ObjectNode object(byte[] body) {
    JsonNode node = tree(body);
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new ProtocolException(
        ErrorCode.VALIDATION_FAILED, "The body must be a JSON object", Map.of("field", "$"));
  }

  /**
   * Reads any JSON value from the bytes of a request.
   *
   * @throws ProtocolException VALIDATION_FAILED when the bytes are not JSON
   */
  public static JsonNode tree(byte[] body) {
    try {
      JsonNode node = body == null || body.length == 0 ? null : MAPPER.readTree(body);
      if (node != null && !node.isMissingNode()) {
        return node;
      }
    } catch (IOException | RuntimeException e) {
      throw malformed(e);
    }
    throw malformed(null);
  }

  /** One line of JSON without insignificant white space. */
  public static String text(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not representable as JSON: " + value.getClass(), e);
    }
  }

  private static ProtocolException malformed(Exception cause) {
    String reason =
        cause instanceof JsonProcessingException json ? json.getOriginalMessage() : "empty body";
    return new ProtocolException(
        ErrorCode.VALIDATION_FAILED, "The body is not valid JSON", Map.of("reason", reason));
  }
}
