package dev.drover.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The AsyncAPI document of the event stream names things that exist. */
class AsyncApiTest {
  private static final Path FILE = Wire.PROTO.resolve("asyncapi/events.yaml");

  private static JsonNode yaml(Path file) throws IOException {
    return new ObjectMapper(new YAMLFactory()).readTree(file.toFile());
  }

  private static List<String> references(JsonNode document) {
    return document.findValues("$ref").stream().map(JsonNode::textValue).toList();
  }

  @Test
  void everyReferenceResolves() throws IOException {
    JsonNode document = yaml(FILE);
    assertThat(references(document)).hasSizeGreaterThan(20);
    for (String reference : references(document)) {
      if (reference.startsWith("#")) {
        assertThat(document.at(reference.substring(1)).isObject()).as(reference).isTrue();
      } else {
        assertThat(Files.isRegularFile(FILE.resolveSibling(reference))).as(reference).isTrue();
      }
    }
  }

  @Test
  void everySchemaOfAnEventIsNamed() throws IOException {
    JsonNode messages = yaml(FILE).at("/components/messages");
    TreeSet<String> events = new TreeSet<>();
    Wire.read(Wire.schemaFile("websocket-event"))
        .findValues("$ref")
        .forEach(reference -> events.add("../schemas/" + reference.textValue()));
    assertThat(events).hasSize(6);
    assertThat(references(messages)).containsAll(events);
  }

  @Test
  void theChannelsAreTheStreamsThatThePortLetsIn() throws IOException {
    JsonNode port = yaml(Wire.PROTO.resolve("openapi/central-streams.yaml")).path("paths");
    JsonNode channels = yaml(FILE).path("channels");
    assertThat(channels.size()).isEqualTo(2);
    channels.forEach(channel -> assertThat(port.has(channel.path("address").asText())).isTrue());
  }
}
