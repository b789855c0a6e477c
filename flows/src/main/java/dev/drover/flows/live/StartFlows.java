package dev.drover.flows.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which texts a process starts with: those on disk, unless what people edited while it was down
 * breaks a rule, or has not started before. Then those that were in force.
 *
 * @param files where each file is to be loaded from, by its path below routes/
 * @param problems why texts on disk are not used; empty when they are
 */
public record StartFlows(Map<String, Path> files, List<FlowProblem> problems) {
  /**
   * Chooses.
   *
   * @param directory where the process keeps its history of flows
   */
  public static StartFlows choose(Path directory, Path home, Path routes, List<String> folders) {
    FlowHistory history = new FlowHistory(directory);
    Map<String, String> disk = new FlowFiles(routes, folders).read();
    Map<String, String> hashes = history.hashes(history.newest());
    Map<String, String> edited = Texts.changes(hashes, Texts.hashes(disk));
    if (hashes.isEmpty() || edited.isEmpty()) {
      return new StartFlows(onDisk(routes, disk), List.of());
    }
    Map<String, String> inForce = history.inForce(history.newest());
    Attempt attempt = new Attempt(directory.resolve("attempt"));
    List<FlowProblem> problems =
        attempt.failed(disk)
            ? List.of(
                new FlowProblem(
                    edited.keySet().iterator().next(),
                    1,
                    1,
                    "the process did not start with this text",
                    "edit it again; what was in force before runs"))
            : new Ladder(home).problems(inForce, disk);
    if (problems.isEmpty()) {
      attempt.begin(disk);
      return new StartFlows(onDisk(routes, disk), List.of());
    }
    return new StartFlows(kept(directory, routes, inForce, edited), problems);
  }

  /** Called when the process has started with what was chosen. */
  public static void started(Path directory) {
    new Attempt(directory.resolve("attempt")).end();
  }

  private static Map<String, Path> onDisk(Path routes, Map<String, String> texts) {
    Map<String, Path> files = new TreeMap<>();
    texts.keySet().forEach(file -> files.put(file, routes.resolve(file)));
    return files;
  }

  /** Those in force: from disk where it has the same text, else from a copy. */
  private static Map<String, Path> kept(
      Path directory, Path routes, Map<String, String> inForce, Map<String, String> edited) {
    Map<String, Path> files = onDisk(routes, inForce);
    try {
      for (String file : edited.keySet()) {
        if (inForce.containsKey(file)) {
          Path copy = directory.resolve("in-force").resolve(file);
          Files.createDirectories(copy.getParent());
          Files.writeString(copy, inForce.get(file));
          files.put(file, copy);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }

  /** Remembers a start with new texts until it is well. */
  private record Attempt(Path file) {
    boolean failed(Map<String, String> texts) {
      try {
        return Files.exists(file) && Files.readString(file).equals(TextHash.of(texts.toString()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void begin(Map<String, String> texts) {
      try {
        Files.writeString(file, TextHash.of(texts.toString()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void end() {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
