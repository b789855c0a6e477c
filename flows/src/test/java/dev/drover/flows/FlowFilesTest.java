package dev.drover.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each flow file has a test class of its name: {@code 06-event-relay} is tested by {@code
 * EventRelayFlowTest}. That each branch of the file is taken is asserted by the class itself, see
 * {@link dev.drover.flows.harness.FlowTest}.
 */
class FlowFilesTest {
  private static final Path HOME =
      Path.of(System.getProperty("drover.home", "..")).toAbsolutePath().normalize();
  private static final Pattern TESTED =
      Pattern.compile("super\\(\\s*\"([a-z]+)\",\\s*\"([0-9a-z-]+)\"");

  @Test
  void eachFlowFileHasItsTest() throws IOException {
    List<String> files = new ArrayList<>();
    try (Stream<Path> found = Files.walk(HOME.resolve("routes"))) {
      found
          .filter(file -> file.toString().endsWith(".camel.yaml"))
          .forEach(file -> files.add(named(file)));
    }

    assertThat(files).hasSizeGreaterThan(40);
    assertThat(tested()).containsExactlyInAnyOrderElementsOf(files);
  }

  /** {@code routes/central/06-event-relay.camel.yaml} as {@code central/06-event-relay}. */
  private static String named(Path file) {
    String name = file.getFileName().toString().replace(".camel.yaml", "");
    return file.getParent().getFileName() + "/" + name;
  }

  private static List<String> tested() throws IOException {
    List<String> tested = new ArrayList<>();
    try (Stream<Path> modules = Files.list(HOME)) {
      for (Path sources : modules.map(m -> m.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(sources)) {
          try (Stream<Path> tests = Files.walk(sources)) {
            for (Path test : tests.filter(t -> t.toString().endsWith("FlowTest.java")).toList()) {
              tested.addAll(filesOf(test));
            }
          }
        }
      }
    }
    return tested;
  }

  private static List<String> filesOf(Path test) throws IOException {
    List<String> files = new ArrayList<>();
    Matcher matcher = TESTED.matcher(Files.readString(test));
    while (matcher.find()) {
      String bundle = matcher.group(1);
      String name = matcher.group(2);
      // two files of one name in two bundles have their bundle before it
      assertThat(test.getFileName().toString())
          .isIn(className("", name), className(bundle, name))
          .as(test.toString());
      files.add(bundle + "/" + name);
    }
    return files;
  }

  private static String className(String bundle, String file) {
    StringBuilder name = new StringBuilder();
    for (String word : (bundle + "-" + file.replaceFirst("^[0-9]+-", "")).split("-")) {
      if (!word.isEmpty()) {
        name.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
      }
    }
    return name + "FlowTest.java";
  }
}
