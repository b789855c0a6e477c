package dev.drover.central.entity;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.guard.Operation;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The documents of an import, {@code {"areas":[…], …}}, read one after the other: of the whole only
 * the bytes and the documents' texts are in memory, of one document its tree. Nothing is passed
 * over: another name, another type and a second document of one id are refused.
 */
final class ImportReader {
  /** What follows a document is the next one. */
  private static final ObjectReader DOCUMENTS =
      Json.MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final String entityId;
  private final Operation operation;
  private final List<Edit> edits = new ArrayList<>();
  private final Set<ItemRef> seen = new HashSet<>();

  ImportReader(String entityId, Operation operation) {
    this.entityId = entityId;
    this.operation = operation;
  }

  /**
   * Reads and checks all of it.
   *
   * @throws ProtocolException VALIDATION_FAILED, with the field
   */
  List<Edit> read(byte[] body) {
    Json.requireUtf8(body);
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw invalid("$", "The body must be a JSON object");
      }
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        member(name, parser);
      }
      if (parser.nextToken() == null) {
        return edits;
      }
    } catch (IOException e) {
      throw Json.unreadable(body, e);
    }
    throw invalid("$", "Something follows the JSON object");
  }

  private void member(String name, JsonParser parser) throws IOException {
    if (name.equals("entity")) {
      named(document(name, parser));
    } else if (!Checksums.COLLECTIONS.contains(name)) {
      throw invalid(name, "An import has the collections " + Checksums.COLLECTIONS);
    } else if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw invalid(name, name + " is a list of documents");
    } else {
      for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
        String place = name + "[" + i + "]";
        item(name, place, document(place, parser));
      }
    }
  }

  private static JsonNode document(String place, JsonParser parser) throws IOException {
    try {
      return DOCUMENTS.readTree(parser);
    } catch (NumberFormatException e) {
      // Jackson lets it through when even a BigDecimal has no such exponent.
      throw invalid(place, "A number has an exponent that is too large");
    }
  }

  /** Says of which entity it is, and no more: its own document is written by PUT. */
  private void named(JsonNode entity) {
    Json.requireUnicode("entity", entity);
    boolean its =
        entity instanceof ObjectNode document
            && DocumentId.of(document).filter(entityId::equals).isPresent();
    if (!its) {
      throw invalid("entity.id", "The entity's id is not the one that the path names");
    }
  }

  private void item(String collection, String place, JsonNode node) {
    Json.requireUnicode(place, node);
    if (!(node instanceof ObjectNode document)) {
      throw invalid(place, "Every item must be an object");
    }
    try {
      ItemRef item = new ItemRef(entityId, collection, DocumentId.assign(document, operation));
      if (!seen.add(item)) {
        throw invalid("id", "The id " + item.id() + " is there twice");
      }
      String json = document.toString();
      Version.requireCanonical(json);
      edits.add(new Edit(item, Edit.Kind.UPSERT, json));
    } catch (ProtocolException e) {
      Map<String, Object> details = new LinkedHashMap<>(e.details());
      Object field = details.get("field");
      details.put("field", field == null || field.equals("$") ? place : place + "." + field);
      throw new ProtocolException(e.code(), e.getMessage(), details);
    }
  }

  private static ProtocolException invalid(String field, String message) {
    return new ProtocolException(ErrorCode.VALIDATION_FAILED, message, Map.of("field", field));
  }
}
