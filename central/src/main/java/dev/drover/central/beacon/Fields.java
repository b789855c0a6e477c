package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.central.entity.ItemRef;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Guards;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.bson.Document;

/** Reads the fields of requests about beacons, or says which one is wrong. */
final class Fields {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
  private static final int MAX_TEXT = 4096;

  private Fields() {}

  static ObjectNode body(Exchange exchange) {
    return Json.object(exchange.getMessage().getBody(byte[].class));
  }

  /** The entity that the caller may work on, which a body can only repeat. */
  static String entity(Exchange exchange, ObjectNode body) {
    String named = body.path("entity_id").textValue();
    Authoriser.refuseForeign(Guards.caller(exchange), named);
    String entity = exchange.getProperty(Authoriser.ENTITY, String.class);
    String chosen = entity.equals("*") ? named : entity;
    ItemRef.checkEntityId(chosen);
    return chosen;
  }

  static String id(JsonNode body, String name) {
    String value = body.path(name).textValue();
    if (value == null || !ID.matcher(value).matches()) {
      throw invalid(name, name + " is 1 to 128 of A-Z a-z 0-9 . _ : -");
    }
    return value;
  }

  /** A text that is there, or empty for one that is left out. */
  static Optional<String> text(JsonNode body, String name) {
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

  static String need(JsonNode body, String name) {
    return need(body, name, MAX_TEXT);
  }

  static String need(JsonNode body, String name, int most) {
    return text(body, name, most)
        .filter(value -> !value.isEmpty())
        .orElseThrow(() -> invalid(name, name + " is missing"));
  }

  static Optional<Instant> time(JsonNode body, String name) {
    return text(body, name).map(value -> time(name, value));
  }

  static Optional<Instant> time(Exchange exchange, String name) {
    return query(exchange, name).map(value -> time(name, value));
  }

  private static Instant time(String name, String value) {
    try {
      return OffsetDateTime.parse(value).toInstant();
    } catch (DateTimeParseException e) {
      throw invalid(name, name + " is a time as in 2025-01-08T10:30:00Z");
    }
  }

  static Optional<String> query(Exchange exchange, String name) {
    return Optional.ofNullable(exchange.getMessage().getHeader(name, String.class))
        .filter(value -> !value.isBlank());
  }

  static int limit(Exchange exchange, int usual, int most) {
    return query(exchange, "limit")
        .map(
            value -> {
              if (value.matches("[1-9]\\d{0,5}") && Integer.parseInt(value) <= most) {
                return Integer.parseInt(value);
              }
              throw invalid("limit", "limit is a number from 1 to " + most);
            })
        .orElse(usual);
  }

  static ProtocolException invalid(String field, String message) {
    return new ProtocolException(ErrorCode.VALIDATION_FAILED, message, Map.of("field", field));
  }

  static ProtocolException unknownBeacon(String beaconId) {
    return new ProtocolException(
        ErrorCode.BEACON_NOT_REGISTERED,
        "This beacon is not registered",
        Map.of("beacon_id", beaconId));
  }

  /** The range of keys of everything of an entity: from its slash to the character after it. */
  static Document below(String entityId) {
    return new Document("_id", new Document("$gt", entityId + "/").append("$lt", entityId + "0"));
  }
}
