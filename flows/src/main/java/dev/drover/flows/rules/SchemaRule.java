package dev.drover.flows.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.drover.flows.Findings;
import dev.drover.flows.FlowSet;
import dev.drover.flows.KameletFile;
import dev.drover.flows.RouteFile;
import dev.drover.flows.Rule;
import dev.drover.flows.YamlNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Files fit the YAML schemas of our Camel version and of the next one, classic and canonical. Camel
 * has a canonical schema only from the next version on.
 */
public final class SchemaRule implements Rule {
  private record Named(String name, String advice, JsonSchema schema) {}

  private final List<Named> schemas = new ArrayList<>();

  /** Loads the schemas from the class path. */
  public SchemaRule() {
    String next = "schema/next/schema/camelYamlDsl";
    add(
        "the canonical schema of the next Camel",
        next + "-canonical.json",
        "write the canonical form: uri + parameters, expression: {<language>: {expression: …}}");
    add("the schema of the next Camel", next + ".json", "avoid what changes between versions");
    add(
        "the schema of our Camel",
        "schema/current/schema/camelYamlDsl.json",
        "avoid what our version lacks");
  }

  private void add(String name, String resource, String advice) {
    // a recursive schema that is loaded ahead or kept per path takes a gigabyte
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder()
            .pathType(PathType.JSON_POINTER)
            .preloadJsonSchema(false)
            .cacheRefs(false)
            .build();
    JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4);
    try (InputStream in = SchemaRule.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: " + resource);
      }
      schemas.add(new Named(name, advice, factory.getSchema(in, config)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void check(FlowSet flows, Findings out) {
    for (RouteFile file : flows.files()) {
      check(file.path(), file.root(), file.root().toJson(), "", out);
    }
    for (KameletFile kamelet : flows.kamelets()) {
      kamelet
          .root()
          .at("spec", "template")
          .ifPresent(
              template -> {
                ObjectNode asRoute = JsonNodeFactory.instance.objectNode();
                asRoute.setAll((ObjectNode) template.toJson());
                asRoute.put("id", kamelet.name());
                ArrayNode document = JsonNodeFactory.instance.arrayNode();
                document.addObject().set("routeTemplate", asRoute);
                check(kamelet.path(), template, document, "/0/routeTemplate", out);
              });
    }
  }

  private void check(String file, YamlNode root, JsonNode json, String prefix, Findings out) {
    json.findValues("kamelet").forEach(SchemaRule::forgetId);
    for (Named named : schemas) {
      Set<ValidationMessage> messages = new LinkedHashSet<>(named.schema().validate(json));
      for (ValidationMessage message : messages) {
        String pointer = message.getInstanceLocation().toString();
        if ("additionalProperties".equals(message.getType())) {
          pointer += "/" + message.getProperty();
        }
        int line =
            root.lineAt(pointer.startsWith(prefix) ? pointer.substring(prefix.length()) : "");
        out.add(
            file,
            line,
            "does not fit " + named.name() + ": " + message.getMessage() + "; " + named.advice());
      }
      // one fault is told once, by the strictest schema
      if (!messages.isEmpty()) {
        return;
      }
    }
  }

  /** Camel reads the id of a kamelet step; only its schemas do not know that. */
  private static void forgetId(JsonNode kamelet) {
    if (kamelet instanceof ObjectNode object) {
      object.remove("id");
      object.path("steps").findValues("kamelet").forEach(SchemaRule::forgetId);
    }
  }
}
