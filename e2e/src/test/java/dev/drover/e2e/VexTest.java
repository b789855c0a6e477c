package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * config/vex: the statements about known vulnerabilities are CycloneDX, speak of what is shipped at
 * its version, and name what makes them true. Runs after the programs are packed.
 */
@Tag("last")
class VexTest {
  private static final Path HOME = JavaProcess.HOME;
  private static final Pattern PACKAGE =
      Pattern.compile("pkg:maven/([\\w.-]+)/([\\w.-]+)@([\\w.-]+)\\?type=jar");
  private static final Pattern TEST = Pattern.compile("(\\w+Test)#(\\w+)");
  private static final Set<String> STATES =
      Set.of(
          "resolved",
          "exploitable",
          "in_triage",
          "false_positive",
          "not_affected",
          "resolved_with_pedigree");
  private static final Set<String> JUSTIFICATIONS =
      Set.of(
          "code_not_present",
          "code_not_reachable",
          "requires_configuration",
          "requires_dependency",
          "requires_environment",
          "protected_by_compiler",
          "protected_at_runtime",
          "protected_at_perimeter",
          "protected_by_mitigating_control");

  private static JsonNode vex() throws IOException {
    return Api.JSON.readTree(HOME.resolve("config/vex/drover.vex.json").toFile());
  }

  @Test
  void theStatementsAreCycloneDx() throws IOException {
    JsonNode vex = vex();
    assertThat(vex.path("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(vex.path("specVersion").asText()).isEqualTo("1.6");
    assertThat(vex.path("version").asInt()).isPositive();
    assertThat(vex.at("/metadata/component/name").asText()).isEqualTo("drover");
    Set<String> ids = new HashSet<>();
    for (JsonNode one : vex.path("vulnerabilities")) {
      String id = one.path("id").asText();
      assertThat(id).matches("CVE-\\d{4}-\\d{4,}|GHSA(-\\w{4}){3}");
      assertThat(ids.add(id)).as("%s stands once", id).isTrue();
      assertThat(one.at("/source/url").asText()).as(id).startsWith("https://");
      assertThat(one.path("affects")).as(id).isNotEmpty();
      assertThat(one.at("/analysis/state").asText()).as(id).isIn(STATES);
      assertThat(one.at("/analysis/detail").asText()).as(id).isNotBlank();
      if (one.at("/analysis/state").asText().equals("not_affected")) {
        assertThat(one.at("/analysis/justification").asText()).as(id).isIn(JUSTIFICATIONS);
      }
    }
    assertThat(ids).isNotEmpty();
  }

  @Test
  void eachStatementNamesWhatMakesItTrue() throws IOException {
    for (JsonNode one : vex().path("vulnerabilities")) {
      List<String> shown = new ArrayList<>();
      one.path("properties").forEach(property -> shown.add(property.path("value").asText()));
      assertThat(shown).as(one.path("id").asText()).isNotEmpty();
      for (String name : shown) {
        Matcher test = TEST.matcher(name);
        if (test.matches()) {
          assertThat(sources(test.group(1)))
              .as(name)
              .anyMatch(source -> source.contains("void " + test.group(2) + "("));
        } else {
          assertThat(HOME.resolve(name)).isRegularFile();
        }
      }
    }
  }

  private static List<String> sources(String type) throws IOException {
    List<String> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(HOME)) {
      for (Path root : modules.map(module -> module.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(root)) {
          try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(one -> one.endsWith(type + ".java")).toList()) {
              sources.add(Files.readString(file));
            }
          }
        }
      }
    }
    return sources;
  }

  @Test
  void eachNamedLibraryIsShippedAtThatVersion() throws IOException {
    Set<String> shipped = new HashSet<>();
    for (String module : List.of("central", "orchestrator", "simulator")) {
      Path jar = HOME.resolve(module + "/target/drover-" + module + ".jar");
      try (JarFile file = new JarFile(jar.toFile())) {
        file.stream().map(entry -> entry.getName().replaceAll(".*/", "")).forEach(shipped::add);
      }
    }
    for (JsonNode one : vex().path("vulnerabilities")) {
      for (JsonNode affected : one.path("affects")) {
        Matcher named = PACKAGE.matcher(affected.path("ref").asText());
        assertThat(named.matches()).as(affected.toString()).isTrue();
        assertThat(shipped)
            .as(one.path("id").asText())
            .contains(named.group(2) + "-" + named.group(3) + ".jar");
      }
    }
  }

  @Test
  void eachNamedLibraryIsInTheBillOfMaterials() throws IOException {
    boolean offline = System.getProperty("drover.build.offline", "").endsWith("true");
    Set<String> listed = new HashSet<>();
    for (String module : List.of("central", "orchestrator", "simulator", "cli")) {
      Path bill = HOME.resolve(module + "/target/drover-" + module + ".cdx.json");
      assumeThat(offline && !Files.exists(bill))
          .as("%s: the plugin that writes it does not run offline", bill)
          .isFalse();
      JsonNode components = Api.JSON.readTree(bill.toFile()).path("components");
      assertThat(components).as(bill.toString()).isNotEmpty();
      components.forEach(component -> listed.add(component.path("purl").asText()));
    }
    for (JsonNode one : vex().path("vulnerabilities")) {
      for (JsonNode affected : one.path("affects")) {
        assertThat(listed).as(one.path("id").asText()).contains(affected.path("ref").asText());
      }
    }
  }
}
