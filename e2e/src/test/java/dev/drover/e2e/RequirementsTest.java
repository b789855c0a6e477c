package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * docs/reference/requirements.md: each ticked item names methods that are tests. {@link
 * RequirementsRunTest} asks whether they ran.
 */
class RequirementsTest {
  /** A method under one of the annotations that make JUnit run it. */
  private static final Pattern METHOD =
      Pattern.compile(
          "@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|Property|Example)\\b[\\s\\S]*?"
              + "\\b(?:void|Stream<\\w+>|List<\\w+>)\\s+(\\w+)\\(");

  private static Set<String> tests() throws IOException {
    Set<String> tests = new HashSet<>();
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(JavaProcess.HOME)) {
      for (Path root : modules.map(module -> module.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(root)) {
          try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> file.toString().endsWith("Test.java")).forEach(sources::add);
          }
        }
      }
    }
    for (Path source : sources) {
      Matcher method = METHOD.matcher(Files.readString(source));
      while (method.find()) {
        tests.add(source.getFileName().toString().replace(".java", "#") + method.group(1));
      }
    }
    return tests;
  }

  @Test
  void eachTickedItemNamesTestsThatExist() throws IOException {
    Set<String> tests = tests();
    List<String> wrong = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (Requirements.Row row : Requirements.rows()) {
      assertThat(ids.add(row.id())).as(row.id() + " stands once").isTrue();
      row.odd()
          .forEach(odd -> wrong.add(row.id() + " names " + odd + ", which is no Class#method"));
      row.tests().stream()
          .filter(test -> !tests.contains(test))
          .forEach(test -> wrong.add(row.id() + " names " + test + ", which is no test"));
      if (row.ticked() && row.tests().isEmpty()) {
        wrong.add(row.id() + " is ticked and names no test");
      }
      if (!row.ticked() && !row.tests().isEmpty()) {
        wrong.add(row.id() + " names a test and is not ticked");
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(ids).hasSizeGreaterThan(600);
  }
}
