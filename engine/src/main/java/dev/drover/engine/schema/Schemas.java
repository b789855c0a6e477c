package dev.drover.engine.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;

/**
 * The JSON Schemas of the messages, {@code proto/schemas/<name>.schema.json}. Each is compiled
 * once; checking ends at the first fault, so that a wrong message costs no more than a right one.
 */
public final class Schemas {
  private static final String SUFFIX = ".schema.json";

  private final Path directory;
  private final Map<String, JsonSchema> compiled = new ConcurrentHashMap<>();
  private final JsonSchemaFactory factory =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
  private final SchemaValidatorsConfig config =
      SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).failFast(true).build();

  /** The schemas of a directory. */
  public Schemas(Path directory) {
    this.directory = directory;
  }

  /**
   * Checks the body of an exchange; the parsed body is handed on to the next step.
   *
   * @throws ProtocolException VALIDATION_FAILED, with the field, when it is not what the schema
   *     says
   */
  public void check(Exchange exchange, String name) {
    require(name, ParsedBody.tree(exchange));
  }

  /**
   * The same where the body may be left out.
   *
   * @param optional whether an empty body is right
   * @throws ProtocolException VALIDATION_FAILED, with the field
   */
  public void check(Exchange exchange, String name, boolean optional) {
    byte[] bytes = optional ? ParsedBody.bytes(exchange) : null;
    if (!optional || (bytes != null && bytes.length > 0)) {
      check(exchange, name);
    }
  }

  /**
   * Checks a message.
   *
   * @throws ProtocolException VALIDATION_FAILED, with the field
   */
  public void require(String name, JsonNode message) {
    Set<ValidationMessage> faults = compiled.computeIfAbsent(name, this::compile).validate(message);
    if (!faults.isEmpty()) {
      throw refusal(name, faults.iterator().next());
    }
  }

  private JsonSchema compile(String name) {
    Path file = directory.resolve(name + SUFFIX);
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("there is no schema " + file);
    }
    JsonSchema schema =
        factory.getSchema(SchemaLocation.of(file.toAbsolutePath().toUri().toString()), config);
    schema.initializeValidators();
    return schema;
  }

  private static ProtocolException refusal(String name, ValidationMessage fault) {
    String field = path(fault.getInstanceLocation());
    if ("required".equals(fault.getType()) && fault.getProperty() != null) {
      field = Json.below(field, fault.getProperty());
    }
    field = field.isEmpty() ? "$" : field;
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("field", field);
    details.put("schema", name);
    return new ProtocolException(
        ErrorCode.VALIDATION_FAILED, field + ": " + sentence(fault), details);
  }

  /** What is wrong, without the place that the library puts before it. */
  private static String sentence(ValidationMessage fault) {
    String place = fault.getInstanceLocation() + ": ";
    String message = fault.getMessage();
    return message.startsWith(place) ? message.substring(place.length()) : message;
  }

  private static String path(JsonNodePath location) {
    String path = "";
    for (int i = 0; i < location.getNameCount(); i++) {
      Object element = location.getElement(i);
      path =
          element instanceof Integer index
              ? path + "[" + index + "]"
              : Json.below(path, String.valueOf(element));
    }
    return path;
  }
}
