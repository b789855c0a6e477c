package dev.drover.engine.grpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.erdtman.jcs.JsonCanonicalizer;

/**
 * Request messages in the form of the REST operations, field by field under the same name. Enums
 * become lower-case words, timestamps RFC 3339 text; an empty text, an enum's zero and a message
 * that is not set are left out.
 */
final class ProtoToJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final long MAX_EXACT = 1L << 53;

  // what both protobuf and RFC 3339 can say
  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  private ProtoToJson() {}

  /**
   * The message as RFC 8785 canonical JSON, which is what a signature of a request is over.
   *
   * @throws ProtocolException VALIDATION_FAILED for what JSON cannot say exactly
   */
  static byte[] body(Message message) {
    try {
      return new JsonCanonicalizer(object(message, "").toString()).getEncodedUTF8();
    } catch (IOException e) {
      throw new IllegalStateException("not JSON, though it was written as JSON", e);
    }
  }

  /** The fields that are set, as texts; a list is joined by commas. */
  static Map<String, String> query(Message message) {
    Map<String, String> names = new LinkedHashMap<>();
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              if (field.isRepeated()) {
                names.put(field.getName(), joined((List<?>) value));
              } else {
                names.put(field.getName(), single(field, value, field.getName()).asText());
              }
            });
    return names;
  }

  private static String joined(List<?> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** The fields of a message that stands at a path, which is empty for the whole. */
  private static ObjectNode object(Message message, String path) {
    ObjectNode object = NODES.objectNode();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      String name = Json.below(path, field.getName());
      if (field.isRepeated()) {
        ArrayNode array = object.putArray(field.getName());
        for (Object item : (List<?>) message.getField(field)) {
          array.add(single(field, item, name + "[" + array.size() + "]"));
        }
      } else if (message.getAllFields().containsKey(field) || number(field)) {
        object.set(field.getName(), single(field, message.getField(field), name));
      }
    }
    return object;
  }

  /** Zero is a number that was meant, or that nobody minds. */
  private static boolean number(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT, LONG, FLOAT, DOUBLE, BOOLEAN -> true;
      default -> false;
    };
  }

  private static JsonNode single(FieldDescriptor field, Object value, String path) {
    return switch (field.getJavaType()) {
      case STRING -> NODES.textNode((String) value);
      case BOOLEAN -> NODES.booleanNode((Boolean) value);
      case INT -> NODES.numberNode(Integer.toUnsignedLong((Integer) value));
      case LONG -> NODES.numberNode(exact((Long) value, path));
      case FLOAT, DOUBLE -> NODES.numberNode(decimal(field, value, path));
      case ENUM -> NODES.textNode(word((EnumValueDescriptor) value, path));
      case MESSAGE -> message((Message) value, path);
      case BYTE_STRING -> throw new IllegalStateException("no request carries bytes: " + field);
    };
  }

  private static JsonNode message(Message value, String path) {
    return value
            .getDescriptorForType()
            .getFullName()
            .equals(Timestamp.getDescriptor().getFullName())
        ? NODES.textNode(instant(value, path).toString())
        : object(value, path);
  }

  /** A number that the enum has no word for is no value of it; the library keeps it as one. */
  private static String word(EnumValueDescriptor value, String path) {
    if (value.getType().findValueByNumber(value.getNumber()) == null) {
      throw invalid(path, "has no value " + value.getNumber());
    }
    return EnumNames.word(value);
  }

  private static Instant instant(Message timestamp, String path) {
    List<FieldDescriptor> parts = timestamp.getDescriptorForType().getFields();
    long seconds = (Long) timestamp.getField(parts.get(0));
    int nanos = (Integer) timestamp.getField(parts.get(1));
    if (seconds < FIRST.getEpochSecond() || seconds > LAST.getEpochSecond() || nanos < 0) {
      throw invalid(path, "is not a time");
    }
    return Instant.ofEpochSecond(seconds, Math.min(nanos, 999_999_999));
  }

  private static long exact(long value, String path) {
    if (value < 0 || value > MAX_EXACT) {
      throw invalid(path, "must be 0 to 2^53");
    }
    return value;
  }

  private static BigDecimal decimal(FieldDescriptor field, Object value, String path) {
    try {
      return new BigDecimal(
          field.getJavaType() == JavaType.FLOAT
              ? Float.toString((Float) value)
              : Double.toString((Double) value));
    } catch (NumberFormatException e) {
      throw invalid(path, "is not a number");
    }
  }

  private static ProtocolException invalid(String path, String what) {
    return new ProtocolException(
        ErrorCode.VALIDATION_FAILED, path + " " + what, Map.of("field", path));
  }
}
