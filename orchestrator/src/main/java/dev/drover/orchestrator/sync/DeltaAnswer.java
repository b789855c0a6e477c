package dev.drover.orchestrator.sync;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.drover.proto.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The answer to a delta, read as it comes: one change after the other, so that a page of any size
 * is never in memory as a whole. Its members may come in any order.
 */
final class DeltaAnswer {
  /** Behind a change comes the next one; elsewhere text after a document is an error. */
  private static final ObjectReader CHANGES =
      Json.MAPPER.readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final Map<String, String> members = new HashMap<>();

  private DeltaAnswer() {}

  /**
   * Reads an answer.
   *
   * @param changes takes each change
   * @throws IOException when the answer ends too early or is no object
   */
  static DeltaAnswer read(InputStream in, Consumer<JsonNode> changes) throws IOException {
    DeltaAnswer answer = new DeltaAnswer();
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(in)) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "is no object");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        require(parser.currentToken() == JsonToken.FIELD_NAME, "ends too early");
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        require(value != null, "ends too early");
        if (name.equals("changes") && value == JsonToken.START_ARRAY) {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(parser.currentToken() != null, "ends too early");
            changes.accept(CHANGES.readTree(parser));
          }
        } else if (value.isScalarValue()) {
          answer.members.put(name, value == JsonToken.VALUE_NULL ? null : parser.getText());
        } else {
          parser.skipChildren();
        }
      }
    }
    return answer;
  }

  private static void require(boolean holds, String otherwise) throws IOException {
    if (!holds) {
      throw new IOException("the answer " + otherwise);
    }
  }

  /** A member that is a text, a number or a boolean; null when it is absent or null. */
  String text(String name) {
    return members.get(name);
  }
}
