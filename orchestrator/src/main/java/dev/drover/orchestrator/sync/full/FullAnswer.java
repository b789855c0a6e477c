package dev.drover.orchestrator.sync.full;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.drover.engine.checksum.Checksums;
import dev.drover.orchestrator.cache.ItemIds;
import dev.drover.orchestrator.cache.Replacement;
import dev.drover.orchestrator.central.CentralAnswerException;
import dev.drover.orchestrator.sync.AnswerHead;
import dev.drover.orchestrator.sync.ItemBytes;
import dev.drover.orchestrator.sync.ItemTokens;
import dev.drover.proto.Json;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The answer to a full sync, read as it comes: items go into the cache one by one, so that never
 * more than one of them is in memory. Its members may come in any order.
 */
final class FullAnswer {
  /** Behind an item comes the next one; elsewhere text after a document is an error. */
  private static final ObjectReader ITEMS =
      Json.MAPPER.readerFor(JsonNode.class).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final AnswerHead head;
  private final Set<String> collections = new HashSet<>();

  private FullAnswer(String entityId) {
    this.head = new AnswerHead(entityId);
  }

  /**
   * Reads an answer.
   *
   * @param target takes the items
   * @param counted hears of the collection of each item
   * @param entityId whose data it must be
   * @throws CentralAnswerException when the answer is not as described
   * @throws IOException when it is no JSON or ends too early
   */
  static FullAnswer read(
      ItemBytes in, Replacement target, Consumer<String> counted, String entityId)
      throws IOException {
    FullAnswer answer = new FullAnswer(entityId);
    try (ItemTokens parser = new ItemTokens(in)) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "is no object");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = member(parser);
        if (name.equals("data") && parser.currentToken() == JsonToken.START_OBJECT) {
          answer.collections(parser, target, counted);
        } else if (parser.currentToken().isScalarValue()) {
          answer.head.put(
              name, parser.currentToken() == JsonToken.VALUE_NULL ? null : parser.getText());
        } else {
          parser.skipChildren();
        }
      }
      require(parser.nextToken() == null, "goes on behind its end");
    } catch (NumberFormatException e) {
      throw new CentralAnswerException("central's answer has a number that nobody can hold", e);
    }
    answer.complete();
    return answer;
  }

  private void complete() {
    head.require("entity_id", "checksum");
    head.requirePosition();
    for (String collection : Checksums.COLLECTIONS) {
      if (!collections.contains(collection)) {
        throw AnswerHead.wrong("no " + collection);
      }
    }
  }

  private static String member(JsonParser parser) throws IOException {
    require(parser.currentToken() == JsonToken.FIELD_NAME, "ends too early");
    String name = parser.currentName();
    require(parser.nextToken() != null, "ends too early");
    return name;
  }

  private void collections(ItemTokens parser, Replacement target, Consumer<String> counted)
      throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String collection = member(parser);
      if (!Checksums.COLLECTIONS.contains(collection)) {
        parser.skipChildren();
        continue;
      }
      require(parser.currentToken() == JsonToken.START_ARRAY, "has no array of " + collection);
      collections.add(collection);
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        parser.nextItem();
        require(parser.currentToken() == JsonToken.START_OBJECT, "has an item that is no object");
        JsonNode item = ITEMS.readTree(parser);
        AnswerHead.requireUnicode(item);
        String id = ItemIds.of(item).orElseThrow(() -> AnswerHead.wrong("an item without an id"));
        target.add(collection, id, item.toString());
        counted.accept(collection);
      }
    }
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
