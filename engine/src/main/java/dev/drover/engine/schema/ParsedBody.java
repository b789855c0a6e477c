package dev.drover.engine.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.util.Map;
import org.apache.camel.Exchange;

/**
 * The body of an exchange as JSON, parsed once: the tree is handed on beside the bytes that it was
 * read from, and counts only while these are still the body. Who changes the tree puts it back.
 */
public final class ParsedBody {
  private static final String PROPERTY = "DroverParsedBody";

  private record Parsed(Object bytes, JsonNode tree) {}

  private ParsedBody() {}

  /** The body's bytes, which are the body from now on: a stream can be read only once. */
  public static byte[] bytes(Exchange exchange) {
    byte[] bytes = exchange.getMessage().getBody(byte[].class);
    exchange.getMessage().setBody(bytes);
    return bytes;
  }

  /**
   * The body as any JSON value.
   *
   * @throws ProtocolException VALIDATION_FAILED when it is not JSON
   */
  public static JsonNode tree(Exchange exchange) {
    Object body = exchange.getMessage().getBody();
    Parsed parsed = exchange.getProperty(PROPERTY, Parsed.class);
    if (parsed != null && parsed.bytes() == body) {
      return parsed.tree();
    }
    byte[] bytes = bytes(exchange);
    JsonNode tree = Json.tree(bytes);
    exchange.setProperty(PROPERTY, new Parsed(bytes, tree));
    return tree;
  }

  /**
   * The body as a JSON object.
   *
   * @throws ProtocolException VALIDATION_FAILED when it is not one
   */
  public static ObjectNode object(Exchange exchange) {
    if (tree(exchange) instanceof ObjectNode object) {
      return object;
    }
    throw new ProtocolException(
        ErrorCode.VALIDATION_FAILED, "The body must be a JSON object", Map.of("field", "$"));
  }
}
