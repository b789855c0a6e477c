package dev.drover.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.proto.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each check of {@code /health} has a test that makes it red, and the reference names it. */
class HealthTableTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final Pattern ANSWER = Pattern.compile("(?m)^\\{\"status\".*\"checks\".*}$");
  private static final Pattern LINE =
      Pattern.compile("(?m)^\\| (central|orchestrator) \\| `(\\w+)` \\| `(\\w+)\\.(\\w+)` \\|$");

  /** Where the tests of a process are. */
  private static final Map<String, List<String>> TESTS =
      Map.of(
          "central", List.of("central/src/test", "e2e/src/test"),
          "orchestrator", List.of("orchestrator/src/test", "e2e/src/test"));

  @Test
  void eachCheckHasATestThatMakesItRed() throws IOException {
    String page = Files.readString(HOME.resolve("docs/reference/health.md"));
    Set<String> shown = new TreeSet<>();
    Matcher line = LINE.matcher(page);
    while (line.find()) {
      shown.add(line.group(1) + " " + line.group(2));
      assertThat(isThere(line.group(1), line.group(2), line.group(3), line.group(4)))
          .as("a test that says " + line.group(2) + ": " + line.group(0))
          .isTrue();
    }
    Set<String> checks = new TreeSet<>();
    Matcher answer = ANSWER.matcher(page);
    while (answer.find()) {
      JsonNode health = Json.tree(answer.group().getBytes(StandardCharsets.UTF_8));
      String process = health.has("server_url") ? "orchestrator" : "central";
      health.path("checks").fieldNames().forEachRemaining(name -> checks.add(process + " " + name));
    }
    // There is no tower yet.
    checks.remove("orchestrator tower_connection");
    assertThat(checks).hasSizeGreaterThan(10).isEqualTo(shown);
  }

  /** The test's class has this method, and speaks of the check. */
  private static boolean isThere(String process, String check, String type, String method)
      throws IOException {
    for (String where : TESTS.get(process)) {
      try (Stream<Path> files = Files.walk(HOME.resolve(where))) {
        for (Path file : files.filter(one -> one.endsWith(type + ".java")).toList()) {
          String text = Files.readString(file);
          boolean named = text.contains('"' + check + '"') || text.contains("/checks/" + check);
          if (text.contains("void " + method + "(") && named) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
