package dev.drover.flows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds the steps that no test executed.
 *
 * <p>Test runs write {@code target/executed-steps*.txt}: one line {@code <routeId> <stepId>} for
 * each executed step, the step id with or without the route's prefix. Handlers of a route
 * configuration and steps of a Kamelet run inside of other routes: for them the step id alone
 * counts, and a Kamelet's may carry its instance as prefix.
 */
public final class StepCoverage {

  private record Executed(Set<String> pairs, Set<String> ids) {}

  private StepCoverage() {}

  /**
   * Returns a finding for each step of the repository that no recording names.
   *
   * @param home the repository, below which the recordings lie as {@code
   *     <module>/target/executed-steps*.txt}
   * @throws IOException when a recording cannot be read
   */
  public static List<Finding> missing(Path home) throws IOException {
    List<Path> recordings;
    try (Stream<Path> modules = Files.list(home)) {
      recordings =
          modules.flatMap(module -> recordingsIn(module.resolve("target")).stream()).toList();
    }
    FlowSet flows =
        new FlowReader(home, home.resolve("routes"), home.resolve("kamelets")).read(new Findings());
    return missing(flows, recordings);
  }

  private static List<Path> recordingsIn(Path target) {
    if (!Files.isDirectory(target)) {
      return List.of();
    }
    try (DirectoryStream<Path> found = Files.newDirectoryStream(target, "executed-steps*.txt")) {
      List<Path> recordings = new ArrayList<>();
      found.forEach(recordings::add);
      return recordings;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a finding for each step of the flows that none of the recordings names. */
  public static List<Finding> missing(FlowSet flows, List<Path> recordings) throws IOException {
    Executed executed = new Executed(new HashSet<>(), new HashSet<>());
    for (Path recording : recordings) {
      for (String line : Files.readAllLines(recording)) {
        String[] words = line.strip().split("\\s+");
        if (words.length == 2) {
          executed.pairs().add(words[0] + " " + words[1]);
          executed.ids().add(words[1]);
        }
      }
    }
    List<Finding> missing = new ArrayList<>();
    flows
        .flows()
        .forEach(
            flow ->
                flow.allSteps()
                    .filter(step -> !step.block() && !step.id().isEmpty())
                    // Camel runs a doTry by its steps and does not intercept itself
                    .filter(step -> !step.eip().equals("doTry"))
                    // a handler itself is no step: what it does is
                    .filter(step -> flow.kind() != Flow.Kind.CONFIGURATION || step.depth() > 0)
                    .filter(step -> !isExecuted(flow, step, executed))
                    .forEach(
                        step ->
                            missing.add(
                                new Finding(
                                    flow.file(),
                                    step.options().lineAt("/id"),
                                    "no test executes step '"
                                        + step.id()
                                        + "' of "
                                        + flow.name()
                                        + "; write a test that does, or delete the step"))));
    return missing.stream().sorted().toList();
  }

  private static boolean isExecuted(Flow flow, Step step, Executed executed) {
    String full = flow.prefix() + step.id();
    if (flow.kind() == Flow.Kind.ROUTE) {
      return executed.pairs().contains(flow.name() + " " + full)
          || executed.pairs().contains(flow.name() + " " + step.id());
    }
    return executed.ids().stream()
        .anyMatch(id -> id.equals(step.id()) || id.endsWith("-" + step.id()));
  }
}
