package dev.drover.proto;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.io.IOException;

/**
 * A part of a message that is JSON already and is not parsed again: a document as it was stored.
 *
 * @param text one JSON value
 */
@JsonDeserialize(using = RawJson.Reader.class)
public record RawJson(@JsonValue @JsonRawValue String text) {
  /** Nothing for nothing. */
  public static RawJson of(String text) {
    return text == null ? null : new RawJson(text);
  }

  /** Keeps apart what is null and what is not there. */
  static final class Reader extends JsonDeserializer<RawJson> {
    @Override
    public RawJson deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return new RawJson(context.readTree(parser).toString());
    }

    @Override
    public RawJson getNullValue(DeserializationContext context) {
      return new RawJson("null");
    }

    @Override
    public RawJson getAbsentValue(DeserializationContext context) {
      return null;
    }
  }
}
