package dev.drover.flows.live;

import dev.drover.flows.Finding;
import dev.drover.flows.FlowSet;
import dev.drover.flows.check.RouteCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The checks of a change before anything of it is loaded: those of the gate, over all files that
 * run together. What was wrong before is not held against a change.
 */
final class Ladder {
  /** No file of a person is larger; what is, is not even parsed. */
  static final int MOST_CHARACTERS = 256 * 1024;

  private final Path home;

  /** It has schemas and catalogues of many megabytes, and is needed seldom. */
  private SoftReference<RouteCheck> check = new SoftReference<>(null);

  /** The texts that were checked as those before a change, and what is wrong in them. */
  private Map<String, String> checked = Map.of();

  private Set<String> known = Set.of();

  Ladder(Path home) {
    this.home = home.toAbsolutePath().normalize();
  }

  /**
   * Returns what is wrong in the texts of {@code after} and was not in those of {@code before};
   * both hold all files, by path below routes/.
   */
  List<FlowProblem> problems(Map<String, String> before, Map<String, String> after) {
    for (Map.Entry<String, String> each : after.entrySet()) {
      if (each.getValue().length() > MOST_CHARACTERS) {
        return List.of(
            new FlowProblem(
                each.getKey(),
                1,
                1,
                "the file has more than " + MOST_CHARACTERS + " characters",
                "make two files of it"));
      }
      if (each.getValue().indexOf('\uFFFD') >= 0) {
        return List.of(
            new FlowProblem(each.getKey(), 1, 1, "the file is not UTF-8", "save it as UTF-8"));
      }
    }
    List<FlowProblem> half = withoutPromises(after);
    if (!half.isEmpty()) {
      return half;
    }
    if (!before.equals(checked)) {
      known = findings(before).stream().map(Ladder::withoutLine).collect(Collectors.toSet());
      checked = Map.copyOf(before);
    }
    List<FlowProblem> found = new ArrayList<>();
    for (Finding finding : findings(after)) {
      if (!known.contains(withoutLine(finding))) {
        found.add(FlowProblem.of(finding, after.getOrDefault(finding.file(), "")));
      }
    }
    return found;
  }

  /** What a flow must keep stands beside the contract; where it is missing, nothing is let in. */
  private List<FlowProblem> withoutPromises(Map<String, String> texts) {
    return texts.keySet().stream()
        .map(file -> file.substring(0, file.indexOf('/')))
        .filter(bundle -> !bundle.equals(FlowSet.SHARED))
        .distinct()
        .filter(bundle -> !Files.exists(home.resolve("proto/flows/" + bundle + ".catalog.yaml")))
        .map(
            bundle ->
                new FlowProblem(
                    bundle,
                    1,
                    1,
                    "proto/flows/ has nothing of " + bundle + ", so no edit can be checked",
                    "put proto/flows of this version beside routes/"))
        .toList();
  }

  private static String withoutLine(Finding finding) {
    return finding.file() + " " + finding.message();
  }

  private List<Finding> findings(Map<String, String> texts) {
    RouteCheck gate = check.get();
    if (gate == null) {
      gate = new RouteCheck();
      check = new SoftReference<>(gate);
    }
    try {
      Path copy = Files.createTempDirectory("flows");
      try {
        Path routes = copy.resolve("routes");
        Set<Path> folders = new HashSet<>();
        for (Map.Entry<String, String> each : texts.entrySet()) {
          Path file = routes.resolve(each.getKey());
          folders.add(Files.createDirectories(file.getParent()));
          Files.writeString(file, each.getValue());
        }
        for (Path folder : folders) {
          copyLists(home.resolve("routes").resolve(folder.getFileName().toString()), folder);
        }
        String prefix = routes.toString().replace('\\', '/') + "/";
        return gate.check(home, routes, home.resolve("kamelets")).stream()
            .map(f -> new Finding(f.file().replace(prefix, ""), f.line(), f.message()))
            .toList();
      } finally {
        delete(copy);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names that code gives to a bundle lie beside its flows. */
  private static void copyLists(Path from, Path to) throws IOException {
    for (String name : List.of("beans.txt", "entries.txt")) {
      if (Files.exists(from.resolve(name))) {
        Files.copy(from.resolve(name), to.resolve(name));
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
