package dev.drover.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The tables of docs/reference/configuration.md name every setting with its true default. */
class SettingsTableTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final Pattern FROM_ENVIRONMENT = Pattern.compile("\\$\\{([A-Z_]+):(.*)}");

  @ParameterizedTest
  @CsvSource({"central, ## Central", "orchestrator, ## Orchestrator", "simulator, ## Simulator"})
  void namesDefaultsAndVariablesAreThoseOfTheApplication(String module, String heading)
      throws IOException {
    List<String> settings = new ArrayList<>();
    flatten("drover", yaml(module).get("drover"), settings);

    assertThat(settings).isNotEmpty();
    assertThat(table(heading)).containsExactlyElementsOf(settings);
  }

  private static Map<?, ?> yaml(String module) throws IOException {
    Path file = HOME.resolve(module).resolve("src/main/resources/application.yaml");
    Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    return (Map<?, ?>) yaml.loadAll(Files.readString(file)).iterator().next();
  }

  private static void flatten(String name, Object value, List<String> rows) {
    if (value instanceof Map<?, ?> children) {
      children.forEach((key, child) -> flatten(name + "." + key, child, rows));
      return;
    }
    Matcher matcher = FROM_ENVIRONMENT.matcher(String.valueOf(value));
    boolean named = matcher.matches();
    String variable =
        named ? matcher.group(1) : name.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
    String standard = named ? matcher.group(2) : String.valueOf(value);
    rows.add(row(name, standard.isEmpty() ? "–" : "`" + standard + "`", variable));
  }

  private static String row(String name, String standard, String variable) {
    return "| `" + name + "` | " + standard + " | `" + variable + "` |";
  }

  private static List<String> table(String heading) throws IOException {
    String page = Files.readString(HOME.resolve("docs/reference/configuration.md"));
    String section = page.substring(page.indexOf("\n" + heading + "\n")).split("\n## ", 3)[1];
    return Stream.of(section.split("\n"))
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.replaceFirst("^((?:\\|[^|]*){3}\\|).*$", "$1"))
        .toList();
  }
}
