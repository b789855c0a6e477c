package dev.drover.orchestrator.sync.delta;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.drover.orchestrator.central.CentralAnswerException;
import dev.drover.orchestrator.sync.AnswerHead;
import dev.drover.orchestrator.sync.ItemBytes;
import dev.drover.orchestrator.sync.ItemTokens;
import dev.drover.proto.Json;
import java.io.IOException;
import java.util.function.BiConsumer;

/**
 * The answer to a delta, read as it comes: one change after the other, so that a page of any size
 * is never in memory as a whole. Its members may come in any order.
 */
final class DeltaAnswer {
  /** Behind a change comes the next one; elsewhere text after a document is an error. */
  private static final ObjectReader CHANGES =
      Json.MAPPER.readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final AnswerHead head;
  private boolean anyChanges;

  private DeltaAnswer(String entityId) {
    this.head = new AnswerHead(entityId);
  }

  /**
   * Reads an answer.
   *
   * @param changes takes each change, and what the answer has said before it
   * @param entityId whose changes they must be
   * @throws CentralAnswerException when the answer is not as described
   * @throws IOException when it is no JSON or ends too early
   */
  static DeltaAnswer read(ItemBytes in, BiConsumer<AnswerHead, JsonNode> changes, String entityId)
      throws IOException {
    DeltaAnswer answer = new DeltaAnswer(entityId);
    try (ItemTokens parser = new ItemTokens(in)) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "is no object");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        require(parser.currentToken() == JsonToken.FIELD_NAME, "ends too early");
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        require(value != null, "ends too early");
        if (name.equals("changes") && value == JsonToken.START_ARRAY) {
          answer.anyChanges = true;
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            parser.nextItem();
            require(
                parser.currentToken() == JsonToken.START_OBJECT, "has a change that is no object");
            JsonNode change = CHANGES.readTree(parser);
            AnswerHead.requireUnicode(change);
            changes.accept(answer.head, change);
          }
        } else if (value.isScalarValue()) {
          answer.head.put(name, value == JsonToken.VALUE_NULL ? null : parser.getText());
        } else {
          parser.skipChildren();
        }
      }
      require(parser.nextToken() == null, "goes on behind its end");
    } catch (NumberFormatException e) {
      throw new CentralAnswerException("central's answer has a number that is too large", e);
    }
    answer.head.requireEntity();
    answer.head.requirePosition();
    require(answer.anyChanges, "has no changes");
    return answer;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new CentralAnswerException("central's answer " + otherwise);
    }
  }

  /** A member that is a text, a number or a boolean; null when it is absent or null. */
  String text(String name) {
    return head.text(name);
  }
}
