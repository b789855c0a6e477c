package dev.drover.proto;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
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
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * JSON as the protocol uses it: UTF-8 and Unicode only, numbers keep their exact value, a repeated
 * name or text after the document is an error, times are RFC 3339 text.
 */
public final class Json {
  /**
   * Bytes of a member's name in UTF-8. The reader remembers some thousands of names that it has
   * seen, whoever sent them.
   */
  public static final int LONGEST_NAME = 256;

  /** The shared mapper. Callers do not configure it further. */
  public static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNameLength(LONGEST_NAME).build())
                  .build())
          .addModule(new JavaTimeModule())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /** Reads names of any length, and remembers none: it finds the field in which a fault is. */
  private static final JsonFactory FINDER =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNameLength(Integer.MAX_VALUE).build())
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  /** Characters of a name that is too long, when it is shown. */
  private static final int SHOWN = 32;

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
   * Reads any JSON value from the bytes of a request: UTF-8, and no half of a surrogate pair.
   *
   * @throws ProtocolException VALIDATION_FAILED, with the field, when the bytes are not JSON
   */
  public static JsonNode tree(byte[] body) {
    if (body == null || body.length == 0) {
      throw malformed("", "empty body");
    }
    requireUtf8(body);
    JsonNode node;
    try {
      node = MAPPER.readTree(body);
    } catch (IOException | RuntimeException e) {
      throw unreadable(body, e);
    }
    if (node == null || node.isMissingNode()) {
      throw malformed("", "empty body");
    }
    if (Unicode.escapesSurrogates(body)) {
      requireUnicode("", node);
    }
    return node;
  }

  /** The refusal of bytes that a reader of JSON failed on, with the field. */
  public static ProtocolException unreadable(byte[] body, Exception e) {
    return malformed(fieldAt(body), JsonFault.reason(e));
  }

  /**
   * Refuses what is not UTF-8.
   *
   * @throws ProtocolException VALIDATION_FAILED, with the field in which UTF-8 ends
   */
  public static void requireUtf8(byte[] body) {
    int fault = Unicode.fault(body);
    if (fault >= 0) {
      throw invalid(
          fieldAt(Arrays.copyOf(body, fault)),
          "The body is not UTF-8 at byte " + fault,
          Map.of("byte", fault));
    }
  }

  /**
   * Refuses half of a surrogate pair in a value or a name.
   *
   * @param path the value's own place, empty for the body
   * @throws ProtocolException VALIDATION_FAILED, with the field
   */
  public static void requireUnicode(String path, JsonNode node) {
    if (node.isTextual()) {
      requireUnicode(path, node.textValue());
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        requireUnicode(path + "[" + i + "]", node.get(i));
      }
    } else {
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        String name = below(path, member.getKey());
        requireUnicode(name, member.getKey());
        requireUnicode(name, member.getValue());
      }
    }
  }

  private static void requireUnicode(String path, String text) {
    if (!Unicode.wellFormed(text)) {
      throw invalid(path, "Half of a surrogate pair is no text (RFC 8785)", Map.of());
    }
  }

  /** The path of a member of what stands at a path: {@code logs[0].timestamp}. */
  public static String below(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** The field at which reading ends. */
  private static String fieldAt(byte[] body) {
    try (JsonParser parser = FINDER.createParser(body)) {
      try {
        for (JsonToken at = parser.nextToken(); at != null; at = parser.nextToken()) {
          if (at == JsonToken.FIELD_NAME && tooLong(parser.currentName())) {
            String start = parser.currentName().substring(0, SHOWN) + "…";
            return below(path(parser.getParsingContext().getParent()), start);
          }
        }
      } catch (IOException e) {
        return path(parser.getParsingContext());
      }
      return path(parser.getParsingContext());
    } catch (IOException e) {
      return "";
    }
  }

  private static boolean tooLong(String name) {
    return name.length() > LONGEST_NAME
        || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME;
  }

  private static String path(JsonStreamContext at) {
    if (at == null || at.inRoot()) {
      return "";
    }
    String parent = path(at.getParent());
    if (at.inArray()) {
      return parent + "[" + Math.max(0, at.getCurrentIndex()) + "]";
    }
    return at.getCurrentName() == null ? parent : below(parent, at.getCurrentName());
  }

  /** One line of JSON without insignificant white space. */
  public static String text(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not representable as JSON: " + value.getClass(), e);
    }
  }

  private static ProtocolException malformed(String field, String reason) {
    return invalid(field, "The body is not valid JSON", Map.of("reason", Unicode.shown(reason)));
  }

  private static ProtocolException invalid(String path, String message, Map<String, Object> more) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("field", path.isEmpty() ? "$" : Unicode.shown(path));
    details.putAll(more);
    return new ProtocolException(ErrorCode.VALIDATION_FAILED, message, details);
  }
}
