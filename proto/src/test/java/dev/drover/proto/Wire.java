package dev.drover.proto;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The schemas and samples of this module, for its tests. */
final class Wire {
  static final Path PROTO = Path.of(System.getProperty("drover.home", ".."), "proto");
  static final Path SCHEMAS = PROTO.resolve("schemas");
  private static final String SUFFIX = ".schema.json";
  private static final JsonSchemaFactory FACTORY =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  private Wire() {}

  /** One sample. */
  record Sample(Path file) {
    /** The schema it belongs to: its file name without section and variant. */
    String schema() {
      String name = file.getFileName().toString().replaceFirst("^[0-9A-Z][0-9.]*-", "");
      return name.substring(0, name.indexOf('.'));
    }

    JsonNode json() {
      return read(file);
    }

    @Override
    public String toString() {
      return PROTO.relativize(file).toString();
    }
  }

  /** All samples; at least one. */
  static List<Sample> samples() {
    return files(PROTO.resolve("samples"), ".json").stream().map(Sample::new).toList();
  }

  /** The names of all schemas. */
  static List<String> schemas() {
    return files(SCHEMAS, SUFFIX).stream()
        .map(file -> file.getFileName().toString().replace(SUFFIX, ""))
        .toList();
  }

  static Path schemaFile(String name) {
    return SCHEMAS.resolve(name + SUFFIX);
  }

  /** A schema that checks formats such as date-time, too. */
  static JsonSchema schema(String name) {
    return FACTORY.getSchema(
        SchemaLocation.of(schemaFile(name).toUri().toString()),
        SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build());
  }

  /** What is wrong with a document, one sentence each. */
  static List<String> faults(String schema, JsonNode document) {
    return schema(schema).validate(document.toString(), InputFormat.JSON).stream()
        .map(Object::toString)
        .toList();
  }

  static JsonNode read(Path file) {
    try {
      return Json.tree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> files(Path directory, String suffix) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
