package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/reference/requirements.md: each ticked item names tests, and these exist. */
class RequirementsTest {
  private static final Pattern ITEM =
      Pattern.compile("- \\[([ x])] \\*\\*([A-Z]+-[A-Z]+-\\d+)\\*\\* .*");
  private static final Pattern TEST = Pattern.compile("`(\\w+Test)#(\\w+)`");
  private static final Pattern METHOD = Pattern.compile("\\b(\\w+)\\(");

  private static Map<String, Set<String>> tests() throws IOException {
    Map<String, Set<String>> tests = new HashMap<>();
    List<Path> sources = new ArrayList<>();
    for (String module :
        List.of("proto", "engine", "cli", "central", "orchestrator", "bench", "e2e")) {
      Path root = JavaProcess.HOME.resolve(module + "/src/test/java");
      if (Files.isDirectory(root)) {
        try (Stream<Path> files = Files.walk(root)) {
          files.filter(file -> file.toString().endsWith("Test.java")).forEach(sources::add);
        }
      }
    }
    for (Path source : sources) {
      String name = source.getFileName().toString().replace(".java", "");
      Set<String> methods = tests.computeIfAbsent(name, key -> new HashSet<>());
      Matcher method = METHOD.matcher(Files.readString(source));
      while (method.find()) {
        methods.add(method.group(1));
      }
    }
    return tests;
  }

  @Test
  void eachTickedItemNamesTestsThatExist() throws IOException {
    Map<String, Set<String>> tests = tests();
    List<String> wrong = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    int ticked = 0;
    Path document = JavaProcess.HOME.resolve("docs/reference/requirements.md");
    for (String line : Files.readAllLines(document)) {
      Matcher item = ITEM.matcher(line);
      if (!item.matches()) {
        continue;
      }
      assertThat(ids.add(item.group(2))).as(item.group(2) + " stands once").isTrue();
      Matcher named = TEST.matcher(line);
      int found = 0;
      while (named.find()) {
        found++;
        if (!tests.getOrDefault(named.group(1), Set.of()).contains(named.group(2))) {
          wrong.add(item.group(2) + " names " + named.group() + ", which does not exist");
        }
      }
      if (item.group(1).equals("x")) {
        ticked++;
        if (found == 0) {
          wrong.add(item.group(2) + " is ticked and names no test");
        }
      } else if (found > 0) {
        wrong.add(item.group(2) + " names a test and is not ticked");
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(ids).hasSizeGreaterThan(600);
    assertThat(ticked).isPositive();
  }
}
