package dev.drover.engine.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.schema.ParsedBody;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;

/**
 * Reads the fields of a request, or says which one is wrong: VALIDATION_FAILED with {@code
 * details.field}.
 */
public final class Fields {
  private static final Pattern ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._:-]{1,128}");
  private static final int MAX_TEXT = 4096;

  private Fields() {}

  /** The body, a JSON object. */
  public static ObjectNode body(Exchange exchange) {
    return ParsedBody.object(exchange);
  }

  /** An id of the form that all ids of the protocol have. */
  public static String id(JsonNode body, String name) {
    String value = body.path(name).textValue();
    if (value == null || !ID.matcher(value).matches()) {
      throw invalid(name, name + " is 1 to 128 of A-Z a-z 0-9 . _ : -");
    }
    return value;
  }

  /** A text that is there, or empty for one that is left out. */
  public static Optional<String> text(JsonNode body, String name) {
    return text(body, name, MAX_TEXT);
  }

  private static Optional<String> text(JsonNode body, String name, int most) {
    JsonNode value = body.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual() || value.textValue().length() > most) {
      throw invalid(name, name + " is a text of at most " + most + " characters");
    }
    return Optional.of(value.textValue());
  }

  /** A text that must be there. */
  public static String need(JsonNode body, String name) {
    return need(body, name, MAX_TEXT);
  }

  /** A text of at most so many characters that must be there. */
  public static String need(JsonNode body, String name, int most) {
    return text(body, name, most)
        .filter(value -> !value.isEmpty())
        .orElseThrow(() -> invalid(name, name + " is missing"));
  }

  /** A time with its offset, or empty for one that is left out. */
  public static Optional<Instant> time(JsonNode body, String name) {
    return text(body, name).map(value -> time(name, value));
  }

  /** A time of the query. */
  public static Optional<Instant> time(Exchange exchange, String name) {
    return query(exchange, name).map(value -> time(name, value));
  }

  private static Instant time(String name, String value) {
    try {
      return OffsetDateTime.parse(value).toInstant();
    } catch (DateTimeParseException e) {
      throw invalid(name, name + " is a time as in 2025-01-08T10:30:00Z");
    }
  }

  /** A parameter of the query or the path. */
  public static Optional<String> query(Exchange exchange, String name) {
    return Optional.ofNullable(exchange.getMessage().getHeader(name, String.class))
        .filter(value -> !value.isBlank());
  }

  /** The query's {@code limit}, from 1 to {@code most}. */
  public static int limit(Exchange exchange, int usual, int most) {
    return number(exchange, "limit", 1, most).orElse(usual);
  }

  /** A number of the query, or empty when it is left out. */
  public static OptionalInt number(Exchange exchange, String name, int least, int most) {
    Optional<String> text = query(exchange, name);
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    long number = text.get().matches("[0-9]{1,10}") ? Long.parseLong(text.get()) : -1;
    if (number < least || number > most) {
      throw invalid(name, name + " is a number from " + least + " to " + most);
    }
    return OptionalInt.of((int) number);
  }

  /** The refusal of a field. */
  public static ProtocolException invalid(String field, String message) {
    return new ProtocolException(ErrorCode.VALIDATION_FAILED, message, Map.of("field", field));
  }

  /** The refusal of a beacon that nobody registered. */
  public static ProtocolException unknownBeacon(String beaconId) {
    return new ProtocolException(
        ErrorCode.BEACON_NOT_REGISTERED,
        "This beacon is not registered",
        Map.of("beacon_id", beaconId));
  }
}
