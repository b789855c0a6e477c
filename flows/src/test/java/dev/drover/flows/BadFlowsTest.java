package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.flows.check.RouteCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each file of flows/bad is added to the good repository; the comments {@code # expect: …} of its
 * lines are exactly what the check finds there.
 */
class BadFlowsTest {
  private static final Path FLOWS = Path.of("src/test/resources/flows");
  private static final String MARK = " # expect: ";
  private static RouteCheck check;

  @TempDir Path home;

  @BeforeAll
  static void loadSchemas() {
    check = new RouteCheck();
  }

  static List<String> badFiles() throws IOException {
    try (Stream<Path> files = Files.list(FLOWS.resolve("bad"))) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aGoodRepositoryHasNoFindings() {
    assertThat(check.check(FLOWS.resolve("good"))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("badFiles")
  void findsWhatTheExampleExpectsAndNothingElse(String name) throws IOException {
    copy(FLOWS.resolve("good"), home);
    boolean kamelet = name.endsWith(".kamelet.yaml");
    String file = kamelet ? "kamelets/" + name : "routes/central/90-" + name;
    String text = Files.readString(FLOWS.resolve("bad").resolve(name));
    Files.writeString(home.resolve(file), text);

    List<Finding> findings = new ArrayList<>(check.check(home));

    if (name.startsWith("not-yaml")) {
      assertThat(findings).hasSize(1);
      assertThat(findings.get(0).toString()).startsWith(file + ":6: not YAML: ");
      return;
    }
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String[] parts = lines.get(i).split(MARK);
      for (int part = 1; part < parts.length; part++) {
        int line = i + 1;
        String expected = parts[part].strip();
        assertThat(findings)
            .as("%s:%d: %s", file, line, expected)
            .anyMatch(f -> isAt(f, file, line) && f.message().contains(expected));
        findings.removeIf(f -> isAt(f, file, line) && f.message().contains(expected));
      }
    }
    assertThat(findings).isEmpty();
  }

  @Test
  void aRouteFileWithoutNumberIsFound() throws IOException {
    copy(FLOWS.resolve("good"), home);
    Path central = home.resolve("routes/central");
    Files.move(central.resolve("07-heartbeat.camel.yaml"), central.resolve("Beat.camel.yaml"));

    assertThat(check.check(home))
        .extracting(Finding::toString)
        .containsExactly(
            "routes/central/Beat.camel.yaml:1: file name; write NN-<flow>.camel.yaml, such as"
                + " 01-registration");
  }

  @Test
  void anOperationOfTheContractWithoutARouteIsFound() throws IOException {
    copy(FLOWS.resolve("good"), home);
    Files.delete(home.resolve("routes/central/01-registration.camel.yaml"));

    assertThat(check.check(home))
        .extracting(Finding::toString)
        .anyMatch(
            text ->
                text.startsWith(
                    "routes/shared/rest.camel.yaml:7: operation 'registerOrchestrator' of"
                        + " central.yaml has no route; write one from direct:registerOrchestrator"));
  }

  @Test
  void aBeanThatAnOptionNamesMustBeDeclared() throws IOException {
    copy(FLOWS.resolve("good"), home);
    Path file = home.resolve("routes/central/07-heartbeat.camel.yaml");
    String text = Files.readString(file);
    Files.writeString(
        file,
        text.replace(
            "      parameters:\n        delay",
            "      parameters:\n        pollStrategy: \"#clock\"\n        delay"));

    assertThat(check.check(home))
        .extracting(Finding::message)
        .containsExactly(
            "no bean 'clock'; name it in routes/central/beans.txt (or routes/shared/beans.txt), or"
                + " correct the name");
  }

  private static boolean isAt(Finding finding, String file, int line) {
    return finding.file().equals(file) && finding.line() == line;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        Files.createDirectories(target.getParent());
        Files.copy(path, target);
      }
    }
  }
}
