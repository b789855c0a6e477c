package dev.drover.proto.navign;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.WireMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What an orchestrator says of itself when it registers (document 1, section 1).
 *
 * @param entityId the mall
 * @param orchestratorId the id that the orchestrator asks for
 * @param version its software version
 * @param capabilities what it can do; unknown ones are kept
 * @param publicKey its P-256 key, PEM SPKI
 * @param heartbeatInterval seconds between two heartbeats
 * @param localAddress where devices of the mall reach it; central never does
 */
@WireMessage
public record RegisterRequest(
    String entityId,
    String orchestratorId,
    String version,
    List<String> capabilities,
    String publicKey,
    int heartbeatInterval,
    String localAddress) {
  private static final Pattern ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._:-]{1,128}");
  private static final int MAX_TEXT = 1024;
  private static final int MAX_CAPABILITIES = 100;
  private static final int MAX_INTERVAL = 86_400;

  /**
   * Reads and checks a request body.
   *
   * @throws ProtocolException VALIDATION_FAILED, naming the field
   */
  public static RegisterRequest parse(byte[] body) {
    ObjectNode json = Json.object(body);
    return new RegisterRequest(
        id(json, "entity_id"),
        id(json, "orchestrator_id"),
        text(json, "version"),
        capabilities(json.path("capabilities")),
        text(json, "public_key"),
        interval(json.path("heartbeat_interval")),
        text(json, "local_address"));
  }

  private static String id(ObjectNode json, String field) {
    String id = text(json, field);
    if (!ID.matcher(id).matches()) {
      throw invalid(field, field + " is 1 to 128 of A-Z a-z 0-9 . _ : -");
    }
    return id;
  }

  private static String text(ObjectNode json, String field) {
    JsonNode value = json.path(field);
    int max = field.equals("public_key") ? 4 * MAX_TEXT : MAX_TEXT;
    if (!value.isTextual() || value.textValue().isBlank() || value.textValue().length() > max) {
      throw invalid(field, field + " must be a text of 1 to " + max + " characters");
    }
    return value.textValue();
  }

  private static List<String> capabilities(JsonNode value) {
    List<String> capabilities = new ArrayList<>();
    if (!value.isArray() || value.size() > MAX_CAPABILITIES) {
      throw invalid("capabilities", "capabilities must be a list of texts");
    }
    for (JsonNode item : value) {
      if (!item.isTextual()) {
        throw invalid("capabilities[" + capabilities.size() + "]", "a capability is a text");
      }
      capabilities.add(item.textValue());
    }
    return List.copyOf(capabilities);
  }

  private static int interval(JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw invalid("heartbeat_interval", "heartbeat_interval must be a whole number of seconds");
    }
    if (value.intValue() < 1 || value.intValue() > MAX_INTERVAL) {
      throw invalid("heartbeat_interval", "heartbeat_interval must be 1 to " + MAX_INTERVAL);
    }
    return value.intValue();
  }

  private static ProtocolException invalid(String field, String message) {
    return new ProtocolException(ErrorCode.VALIDATION_FAILED, message, Map.of("field", field));
  }
}
