package dev.drover.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.proto.ErrorCode;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the pages point at is there, and nothing in them belongs to one person's machine. */
class DocumentationTest {
  private static final Path HOME = Path.of(System.getProperty("drover.home"));
  private static final Set<String> NOT_OURS = Set.of("target", "node_modules", ".git", ".drover");
  private static final Pattern CODE = Pattern.compile("(?ms)^ *```.*?^ *```$|`[^`\n]*`");
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
  private static final Pattern MACHINE =
      Pattern.compile("/(home|Users|root|work|tmp)/|[A-Z]:\\\\Users|file:///");

  @Test
  void everyRelativeLinkResolves() throws IOException {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Path page : pages()) {
      Matcher link = LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll(""));
      while (link.find()) {
        String target = link.group(1);
        if (!target.matches("[a-z]+:.*")) {
          links++;
          if (!resolves(page, target)) {
            broken.add(HOME.relativize(page) + " -> " + target);
          }
        }
      }
    }
    assertThat(links).isPositive();
    assertThat(broken).isEmpty();
  }

  private static boolean resolves(Path page, String target) throws IOException {
    String[] parts = target.split("#", 2);
    Path file = parts[0].isEmpty() ? page : page.getParent().resolve(parts[0]).normalize();
    if (!file.startsWith(HOME) || !Files.exists(file)) {
      return false;
    }
    return parts.length == 1 || anchors(file).contains(parts[1]);
  }

  /** The anchors that GitHub makes of headings. */
  private static Set<String> anchors(Path page) throws IOException {
    return HEADING
        .matcher(Files.readString(page))
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(text -> text.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  @Test
  void noPageNamesAPathOfSomebodysMachine() throws IOException {
    for (Path page : pages()) {
      assertThat(MACHINE.matcher(Files.readString(page)).results().map(m -> m.group()))
          .as(HOME.relativize(page).toString())
          .isEmpty();
    }
  }

  @Test
  void everyErrorCodeIsExplainedWithItsStatus() throws IOException {
    String page = Files.readString(HOME.resolve("docs/reference/errors.md"));
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(page).contains("| `" + code + "` | " + code.status() + " |");
    }
  }

  @Test
  void everyEventOfTheProtocolsLogIsListed() throws IOException {
    String page = Files.readString(HOME.resolve("docs/reference/logging.md"));
    Pattern event = Pattern.compile("record\\(\\*, '(\\w+)'");
    Set<String> events = new TreeSet<>();
    try (Stream<Path> flows = Files.walk(HOME.resolve("routes"))) {
      for (Path flow : flows.filter(file -> file.toString().endsWith(".yaml")).toList()) {
        event.matcher(Files.readString(flow)).results().forEach(e -> events.add(e.group(1)));
      }
    }
    assertThat(events).hasSizeGreaterThan(20).allMatch(name -> page.contains("`" + name + "`"));
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    Files.walkFileTree(
        HOME,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            boolean skipped = NOT_OURS.contains(directory.getFileName().toString());
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".md")) {
              pages.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return pages;
  }
}
