package dev.drover.flows.live;

import dev.drover.flows.Flow;
import dev.drover.flows.RouteFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The flows of a running process and their changes: each passes the gate, is started beside what
 * runs, and is written down before it is called in force. What is refused changes nothing.
 *
 * <p>Files are named by their path below routes/, such as {@code
 * orchestrator/04-heartbeat.camel.yaml}.
 */
public final class LiveFlows {
  private static final String BY_HAND = "file";

  private final FlowHistory history;
  private final FlowFiles disk;
  private final Ladder ladder;
  private final Running running;
  private final Clock clock;
  private final Map<String, String> inForce;
  private final Map<String, List<FlowProblem>> refused = new TreeMap<>();

  /**
   * A file in force.
   *
   * @param version the number of the version that put it in force
   * @param problems of the text on disk, when that is another one and was refused
   */
  public record FileState(
      String file,
      String hash,
      long version,
      List<Running.RouteState> routes,
      List<FlowProblem> problems) {}

  /**
   * A change in force.
   *
   * @param pause the longest time for which a route took no message
   */
  public record Applied(FlowVersion version, Duration pause) {}

  /**
   * The flows of a started process.
   *
   * @param started the texts that it was started with, by file
   * @param problems of texts on disk with which it was not started
   */
  public LiveFlows(
      FlowHistory history,
      FlowFiles disk,
      Path home,
      Running running,
      Clock clock,
      Map<String, String> started,
      List<FlowProblem> problems) {
    this.history = history;
    this.disk = disk;
    this.ladder = new Ladder(home);
    this.running = running;
    this.clock = clock;
    this.inForce = new TreeMap<>(started);
    problems.forEach(problem -> refused.put(problem.file(), problems));
    Map<String, String> changed =
        Texts.changes(history.hashes(history.newest()), Texts.hashes(started));
    changed.replaceAll((file, hash) -> started.get(file));
    if (!changed.isEmpty()) {
      history.add(clock.instant(), BY_HAND, "as it was started", changed);
    }
  }

  /** All files in force. */
  public synchronized List<FileState> list() {
    return inForce.keySet().stream().map(this::state).toList();
  }

  /** The text of a file in force. */
  public synchronized String text(String file) throws FlowRefused {
    String text = inForce.get(file);
    if (text == null) {
      throw FlowRefused.unknown("there is no flow file " + file + "; GET /flows lists them");
    }
    return text;
  }

  /** A file in force, as {@link #list} has it. */
  public synchronized FileState state(String file) {
    List<FlowVersion> versions = history.versions();
    long version = 0;
    for (FlowVersion each : versions) {
      version = each.files().containsKey(file) ? each.number() : version;
    }
    Set<String> routes =
        read(file, inForce.get(file)).flows().stream()
            .filter(flow -> flow.kind() == Flow.Kind.ROUTE)
            .map(Flow::name)
            .collect(Collectors.toCollection(TreeSet::new));
    return new FileState(
        file,
        Texts.hash(inForce.get(file)),
        version,
        running.states(routes),
        refused.getOrDefault(file, List.of()));
  }

  /** Why texts on disk are not in force; empty when all are. */
  public synchronized List<FlowProblem> refused() {
    return refused.values().stream().flatMap(List::stream).distinct().toList();
  }

  /** What would be wrong with these texts in place of those in force; nothing is changed. */
  public synchronized List<FlowProblem> check(Map<String, String> texts) {
    Map<String, String> after = new TreeMap<>(inForce);
    after.putAll(texts);
    return problems(after);
  }

  /**
   * Puts a text in force and on disk; one that is in force already makes no new version.
   *
   * @param expected the hash of what the caller has edited; empty for a file that is new
   */
  public synchronized Applied put(String file, String text, String expected, String who, String why)
      throws FlowRefused {
    disk.requireName(file);
    String now = Texts.hash(inForce.get(file));
    if (!now.equals(expected)) {
      throw FlowRefused.changed(file, now);
    }
    Map<String, String> after = new TreeMap<>(inForce);
    after.put(file, text);
    return apply(after, who, why, true);
  }

  /** Puts the texts in force that were with an earlier version. */
  public synchronized Applied rollback(long version, String who, String why) throws FlowRefused {
    if (version < 1 || version > history.newest()) {
      throw FlowRefused.unknown(
          "there is no version " + version + "; the newest is " + history.newest());
    }
    return apply(history.inForce(version), who, why, true);
  }

  /** All versions, the oldest first. */
  public List<FlowVersion> history() {
    return history.versions();
  }

  /**
   * Takes what people have edited on disk through the same checks; what is refused stays on disk,
   * and is tried again when it is edited again.
   *
   * @return what to tell the operator
   */
  public synchronized List<String> look() {
    Map<String, String> edited = disk.edited();
    Map<String, String> after = new TreeMap<>(inForce);
    edited.forEach((file, text) -> Texts.set(after, file, text));
    edited.keySet().forEach(refused::remove);
    if (Texts.changes(inForce, after).isEmpty()) {
      return List.of();
    }
    try {
      Applied applied = apply(after, BY_HAND, "edited on disk", false);
      return List.of("version " + applied.version().number() + " is in force");
    } catch (FlowRefused e) {
      edited.keySet().forEach(file -> refused.put(file, e.problems()));
      return e.problems().stream().map(FlowProblem::toString).toList();
    }
  }

  private Applied apply(Map<String, String> after, String who, String why, boolean write)
      throws FlowRefused {
    Map<String, String> changed = Texts.changes(inForce, after);
    if (changed.isEmpty()) {
      List<FlowVersion> versions = history.versions();
      return new Applied(versions.get(versions.size() - 1), Duration.ZERO);
    }
    List<FlowProblem> problems = problems(after);
    if (!problems.isEmpty()) {
      throw FlowRefused.invalid(problems);
    }
    Map<String, String> onDisk = write ? disk.write(changed) : Map.of();
    try {
      FlowDifference difference = FlowDifference.between(files(inForce), files(after));
      Duration pause = swap(inForce, after, difference);
      FlowVersion version = written(after, difference, who, why, changed);
      inForce.clear();
      inForce.putAll(after);
      changed.keySet().forEach(refused::remove);
      return new Applied(version, pause);
    } catch (Running.DoesNotStart e) {
      disk.write(onDisk);
      throw FlowRefused.invalid(List.of(place(e, after, changed)));
    } catch (UncheckedIOException e) {
      disk.write(onDisk);
      throw e;
    }
  }

  private Duration swap(
      Map<String, String> before, Map<String, String> after, FlowDifference difference)
      throws Running.DoesNotStart {
    Set<String> files = new TreeSet<>();
    files.addAll(holding(difference, before));
    files.addAll(holding(difference, after));
    return running.apply(
        Texts.only(before, files),
        Texts.only(after, files),
        difference.routes(),
        difference.configurations());
  }

  /** Writes the version down; when that fails, what ran before runs again. */
  private FlowVersion written(
      Map<String, String> after,
      FlowDifference difference,
      String who,
      String why,
      Map<String, String> changed)
      throws Running.DoesNotStart {
    try {
      return history.add(clock.instant(), who, why, changed);
    } catch (UncheckedIOException e) {
      swap(after, inForce, difference);
      throw e;
    }
  }

  private List<FlowProblem> problems(Map<String, String> after) {
    List<FlowProblem> problems = ladder.problems(inForce, after);
    if (!problems.isEmpty()) {
      return problems;
    }
    List<FlowProblem> found = new ArrayList<>();
    FlowDifference.between(files(inForce), files(after))
        .atStartOnly()
        .forEach(
            (file, kind) ->
                found.add(
                    new FlowProblem(
                        file,
                        1,
                        1,
                        "an entry " + kind + " differs, which is read at a start only",
                        "leave it, or write the file and start the process again")));
    return found;
  }

  /** Where the route that does not start is written. */
  private static FlowProblem place(
      Running.DoesNotStart failure, Map<String, String> after, Map<String, String> changed) {
    for (RouteFile file : files(after)) {
      for (Flow flow : file.flows()) {
        if (flow.name().equals(failure.route())) {
          return new FlowProblem(
              file.path(), flow.node().line(), 1, "does not start: " + failure.getMessage(), "");
        }
      }
    }
    String file = changed.keySet().iterator().next();
    return new FlowProblem(file, 1, 1, "does not start: " + failure.getMessage(), "");
  }

  /** The files that have a route or configuration of a difference. */
  private static Set<String> holding(FlowDifference difference, Map<String, String> texts) {
    return files(texts).stream()
        .filter(
            file ->
                file.flows().stream()
                    .anyMatch(
                        flow ->
                            difference.routes().contains(flow.name())
                                || difference.configurations().contains(flow.name())))
        .map(RouteFile::path)
        .collect(Collectors.toSet());
  }

  private static List<RouteFile> files(Map<String, String> texts) {
    return texts.entrySet().stream().map(e -> read(e.getKey(), e.getValue())).toList();
  }

  private static RouteFile read(String file, String text) {
    return RouteFile.of(file, file.substring(0, file.indexOf('/')), text);
  }
}
