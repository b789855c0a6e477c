package dev.drover.orchestrator.central;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.io.IOException;
import java.util.Map;

/** How much of a tree some JSON would make, counted before it is made. */
final class AnswerTokens {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              com.fasterxml.jackson.core.StreamReadConstraints.builder()
                  .maxNameLength(Json.LONGEST_NAME)
                  .build())
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private AnswerTokens() {}

  /**
   * Counts.
   *
   * @throws ProtocolException VALIDATION_FAILED when there are more, or it is no JSON
   */
  static void require(byte[] json, long most) {
    if (json == null || json.length == 0) {
      throw refusal("it is empty");
    }
    long count = 0;
    try (JsonParser parser = FACTORY.createParser(json)) {
      while (parser.nextToken() != null) {
        if (++count > most) {
          throw refusal("it has more than " + most + " values and names");
        }
      }
    } catch (IOException e) {
      throw Json.unreadable(json, e);
    }
  }

  private static ProtocolException refusal(String what) {
    return new ProtocolException(ErrorCode.VALIDATION_FAILED, what, Map.of("field", "$"));
  }
}
