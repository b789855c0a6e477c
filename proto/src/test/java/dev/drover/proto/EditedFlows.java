package dev.drover.proto;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A copy of the repository's flows that a test edits as an operator would: as text. */
public final class EditedFlows {
  private static final Pattern STEP = Pattern.compile("^( +)- \\w+:\\s*$");
  private static final String ROUTE = "- route:";

  private final Path directory;
  private final Map<Path, List<String>> files = new TreeMap<>();

  /**
   * Copies flows.
   *
   * @param home the repository
   * @param directory where the edited ones are to be
   * @param bundles of the process
   */
  public EditedFlows(Path home, Path directory, List<String> bundles) {
    this.directory = directory;
    try {
      for (String bundle : bundles) {
        try (Stream<Path> found = Files.list(home.resolve("routes").resolve(bundle))) {
          for (Path file : found.filter(one -> one.toString().endsWith(".camel.yaml")).toList()) {
            files.put(
                Path.of(bundle, file.getFileName().toString()),
                new ArrayList<>(Files.readAllLines(file)));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes each step, with those inside it, whose text is so; at least one. */
  public EditedFlows delete(Predicate<String> which) {
    boolean any = false;
    for (List<String> lines : files.values()) {
      for (int line = lines.size() - 1; line >= 0; line--) {
        if (STEP.matcher(lines.get(line)).matches()) {
          List<String> step = lines.subList(line, end(lines, line));
          if (which.test(String.join("\n", step))) {
            step.clear();
            any = true;
          }
        }
      }
    }
    return require(any, "a step to be deleted");
  }

  /** Deletes the step of this id from a route. */
  public EditedFlows delete(String route, String id) {
    take(route, id);
    return this;
  }

  /** Puts another step in the place of the one of this id. */
  public EditedFlows instead(String route, String id, String step) {
    List<String> lines = file(route);
    int start = step(lines, route, id);
    String indent = " ".repeat(indent(lines.get(start)));
    lines.subList(start, end(lines, start)).clear();
    lines.addAll(start, step.lines().map(line -> indent + line).toList());
    return this;
  }

  /** Moves the step of this id before another one of the same route. */
  public EditedFlows move(String route, String id, String before) {
    List<String> moved = take(route, id);
    List<String> lines = file(route);
    int place = step(lines, route, before);
    int more = indent(lines.get(place)) - indent(moved.get(0));
    lines.addAll(
        place,
        moved.stream()
            .map(
                line ->
                    more < 0
                        ? line.substring(Math.min(-more, indent(line)))
                        : " ".repeat(more) + line)
            .toList());
    return this;
  }

  /** Replaces a text that stands somewhere. */
  public EditedFlows replace(String text, String instead) {
    boolean any = false;
    for (List<String> lines : files.values()) {
      any |= lines.stream().anyMatch(line -> line.contains(text));
      lines.replaceAll(line -> line.replace(text, instead));
    }
    return require(any, text);
  }

  /** Writes them; what {@code camel.main.routes-include-pattern} must be. */
  public String pattern() {
    List<String> patterns = new ArrayList<>();
    files.forEach(
        (file, lines) -> {
          try {
            Files.createDirectories(directory.resolve(file).getParent());
            Files.write(directory.resolve(file), lines);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          patterns.add("file:" + directory.resolve(file));
        });
    return String.join(",", patterns);
  }

  private List<String> take(String route, String id) {
    List<String> lines = file(route);
    int start = step(lines, route, id);
    List<String> step = lines.subList(start, end(lines, start));
    List<String> taken = List.copyOf(step);
    step.clear();
    return taken;
  }

  private List<String> file(String route) {
    return files.values().stream()
        .filter(lines -> lines.contains("    id: " + route))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no route " + route));
  }

  private static int step(List<String> lines, String route, String id) {
    for (int line = lines.indexOf("    id: " + route); line < lines.size(); line++) {
      boolean other = lines.get(line).startsWith(ROUTE);
      if (other || lines.get(line).strip().equals("id: " + id)) {
        Matcher start = STEP.matcher(lines.get(line - 1));
        if (!other && start.matches()) {
          return line - 1;
        }
        break;
      }
    }
    throw new IllegalArgumentException("route " + route + " has no step " + id);
  }

  private static int end(List<String> lines, int start) {
    int end = start + 1;
    while (end < lines.size()
        && (lines.get(end).isBlank() || indent(lines.get(end)) > indent(lines.get(start)))) {
      end++;
    }
    return end;
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }

  private EditedFlows require(boolean found, String what) {
    if (!found) {
      throw new IllegalArgumentException("no flow has " + what);
    }
    return this;
  }
}
