package dev.drover.central;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An operator has deleted {@code authorise} from every flow of central (cases C9 and D13), so that
 * whoever has any token is known to the flow. No operation that the contract secures answers.
 */
class DeletedGuardsTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final String GUARD =
      "(?m)^( +)- to:\\R(?:\\1    .*\\R)*?\\1    uri: kamelet:authorise-action\\R"
          + "(?:\\1    .*\\R)*";

  @TempDir Path data;
  @TempDir Path flows;

  @Test
  void c9WithoutAuthoriseNoSecuredOperationAnswers() throws Exception {
    List<String> patterns = new ArrayList<>();
    for (String bundle : List.of("shared", "central")) {
      Files.createDirectories(flows.resolve(bundle));
      try (Stream<Path> files = Files.list(HOME.resolve("routes/" + bundle))) {
        for (Path file : files.filter(one -> one.toString().endsWith(".camel.yaml")).toList()) {
          String text = Files.readString(file).replaceAll(GUARD, "");
          assertThat(text).doesNotContain("authorise-action");
          Files.writeString(flows.resolve(bundle).resolve(file.getFileName()), text);
        }
      }
      patterns.add("file:" + flows.resolve(bundle) + "/*.camel.yaml");
    }
    try (TestCentral central =
        new TestCentral(
            data, "--camel.main.routes-include-pattern=" + String.join(",", patterns))) {
      List<String> answered = new ArrayList<>();
      int asked = 0;
      for (Map.Entry<String, JsonNode> path : contract().path("paths").properties()) {
        for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
          boolean open = method.getValue().has("security");
          if (!Set.of("get", "post", "put", "delete").contains(method.getKey()) || open) {
            continue;
          }
          asked++;
          String concrete =
              path.getKey().replace("{collection}", "areas").replaceAll("\\{[a-z_]+\\}", "x");
          String body = method.getValue().has("requestBody") ? "{\"id\":\"x\"}" : null;
          TestCentral.Answer answer =
              central.send(
                  method.getKey().toUpperCase(java.util.Locale.ROOT),
                  concrete,
                  central.admin(),
                  body,
                  Map.of());
          boolean refused =
              answer.status() >= 400 && answer.status() != 404 && answer.status() != 409;
          if (!refused || answer.json().at("/error/code").isMissingNode()) {
            answered.add(
                method.getValue().path("operationId").asText()
                    + " "
                    + answer.status()
                    + " "
                    + answer.body());
          }
        }
      }
      assertThat(answered).isEmpty();
      assertThat(asked).isGreaterThan(35);
      TestCentral.Answer listed = central.get("/api/entities", central.admin());
      assertThat(listed.status()).as(listed.body()).isEqualTo(500);
      JsonNode health = central.get("/health", null).json();
      assertThat(health.at("/checks/contract").asText()).isEqualTo("degraded");
      assertThat(health.path("problems").toString()).contains("05-entity-data.camel.yaml");
    }
  }

  private static JsonNode contract() throws IOException {
    return new ObjectMapper(new YAMLFactory())
        .readTree(HOME.resolve("proto/openapi/central.yaml").toFile());
  }
}
