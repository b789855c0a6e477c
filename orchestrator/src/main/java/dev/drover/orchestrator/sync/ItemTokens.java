package dev.drover.orchestrator.sync;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import dev.drover.proto.Json;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The reader of an answer that comes document by document: a document's tree takes many times its
 * text, so its values and marks are counted too.
 */
public final class ItemTokens extends JsonParserDelegate {
  private static final int MOST = 700_000;

  private final ItemBytes in;
  private int tokens;

  public ItemTokens(ItemBytes in) throws IOException {
    // Its own decoder: the factory's would guess UTF-16 too.
    super(
        Json.MAPPER
            .getFactory()
            .createParser(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder())));
    this.in = in;
  }

  /** A document is read; the next one begins. */
  public void nextItem() {
    tokens = 0;
    in.next();
  }

  @Override
  public JsonToken nextToken() throws IOException {
    if (++tokens > MOST) {
      throw AnswerHead.wrong("a document of more than " + MOST + " values and names");
    }
    return delegate.nextToken();
  }

  @Override
  public JsonParser skipChildren() throws IOException {
    if (currentToken() != JsonToken.START_OBJECT && currentToken() != JsonToken.START_ARRAY) {
      return this;
    }
    int open = 1;
    while (open > 0) {
      JsonToken token = nextToken();
      if (token == null) {
        throw AnswerHead.wrong("an end that comes too early");
      }
      open += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
    }
    return this;
  }
}
