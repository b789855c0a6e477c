package dev.drover.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.proto.Wire.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each message of the wire is a record that reads its samples and writes them as they are. */
class WireRecordsTest {
  private static final String PACKAGE = "dev.drover.proto.navign.";
  private static final Path SOURCES = Path.of("src/main/java/dev/drover/proto/navign");

  /** Records whose name is not that of their schema: events, and what is named after its sender. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("access-log-request", "AccessLogRequestEvent"),
          Map.entry("central-health", "CentralHealthAnswer"),
          Map.entry("config-update", "ConfigUpdateEvent"),
          Map.entry("connected", "ConnectedEvent"),
          Map.entry("data-update", "DataUpdateEvent"),
          Map.entry("edit-conflict", "EditConflictAnswer"),
          Map.entry("mall-state", "MallStateAnswer"),
          Map.entry("parked-item", "ParkedItemAnswer"),
          Map.entry("ping", "PingEvent"),
          Map.entry("resync-required", "ResyncRequiredEvent"),
          Map.entry("websocket-event", "WebSocketEvent"));

  /** Schemas without a record, and why. */
  private static final Map<String, String> WITHOUT =
      Map.of(
          "document", "an operator's document is opaque: nobody but its owner knows its members",
          "jwks", "Nimbus JOSE writes and reads key sets",
          "log-line", "the encoder of the log writes it, and no process reads it",
          "upload-envelope",
              "it is upload-request with items that are not looked at yet: one that nobody can"
                  + " read is rejected alone");

  /** Parts of several messages. */
  private static final Set<String> PARTS = Set.of("Changes", "HealthProblem");

  private static Class<?> record(String schema) throws ClassNotFoundException {
    if (schema.equals("error")) {
      return ErrorBody.class;
    }
    String name =
        Stream.of(schema.split("-"))
            .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
            .collect(Collectors.joining());
    return Class.forName(PACKAGE + NAMES.getOrDefault(schema, name));
  }

  /** The same with members in the order of their names, so that texts can be compared. */
  private static JsonNode ordered(JsonNode node) {
    if (node instanceof ArrayNode list) {
      ArrayNode copy = Json.MAPPER.createArrayNode();
      list.forEach(item -> copy.add(ordered(item)));
      return copy;
    }
    if (node instanceof ObjectNode object) {
      Map<String, JsonNode> members = new TreeMap<>();
      object.properties().forEach(e -> members.put(e.getKey(), ordered(e.getValue())));
      return Json.MAPPER.createObjectNode().setAll(new LinkedHashMap<>(members));
    }
    return node;
  }

  @TestFactory
  Stream<DynamicTest> aRecordReadsAndWritesEachSample() {
    return Wire.samples().stream()
        .filter(sample -> !WITHOUT.containsKey(sample.schema()))
        .map(sample -> DynamicTest.dynamicTest(sample.toString(), () -> unchanged(sample)));
  }

  private static void unchanged(Sample sample) throws Exception {
    Object message = Json.MAPPER.treeToValue(sample.json(), record(sample.schema()));
    String written = Json.text(message);
    JsonNode read = Json.tree(written.getBytes(StandardCharsets.UTF_8));
    assertThat(ordered(read)).hasToString(ordered(sample.json()).toString());
    assertThat(Wire.faults(sample.schema(), read)).isEmpty();
    assertThat(message.toString()).isNotEmpty();
  }

  @Test
  void eachSchemaHasARecordOrAReason() {
    for (String schema : Wire.schemas()) {
      if (!WITHOUT.containsKey(schema)) {
        assertThat(schema).satisfies(name -> assertThat(record(name)).isRecord());
      }
    }
    assertThat(Wire.schemas()).containsAll(WITHOUT.keySet());
  }

  @Test
  void eachRecordHasASchema() throws Exception {
    Set<String> described = new TreeSet<>(PARTS);
    for (String schema : Wire.schemas()) {
      if (!WITHOUT.containsKey(schema)) {
        described.add(record(schema).getSimpleName());
      }
    }
    described.remove("ErrorBody");
    assertThat(sources()).isEqualTo(described);
  }

  private static Set<String> sources() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      return files
          .map(file -> file.getFileName().toString().replace(".java", ""))
          .filter(name -> !name.equals("package-info"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
