package dev.drover.flows.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The flow files of a process on disk, where people edit them too. */
public final class FlowFiles {
  private static final String SUFFIX = ".camel.yaml";

  private final Path routes;
  private final List<String> folders;
  private final Pattern name;

  /** A file as it was read last: while time and length are the same, so is its text. */
  private record Seen(FileTime modified, long length, String text) {}

  private final Map<Path, Seen> seen = new HashMap<>();

  /** As read at the last look, whether whole or not. */
  private final Map<String, String> last = new HashMap<>();

  private Map<String, String> settled;

  /**
   * The files of these folders.
   *
   * @param routes the directory {@code routes/}
   * @param folders names of the bundles that run together, {@code shared} among them
   */
  public FlowFiles(Path routes, Collection<String> folders) {
    this.routes = routes;
    this.folders = List.copyOf(folders);
    this.name =
        Pattern.compile(
            "(?:" + String.join("|", folders) + ")/[0-9a-z][0-9a-z-]{0,80}[.]camel[.]yaml");
    this.settled = read();
    last.putAll(settled);
  }

  /** The files as they are now, by path below routes/. */
  public synchronized Map<String, String> read() {
    Map<String, String> found = new TreeMap<>();
    for (String folder : folders) {
      Path directory = routes.resolve(folder);
      if (!Files.isDirectory(directory)) {
        continue;
      }
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.filter(each -> each.toString().endsWith(SUFFIX)).toList()) {
          readOne(file).ifPresent(text -> found.put(folder + "/" + file.getFileName(), text));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return found;
  }

  /** What is no UTF-8 gets replacement characters, which no flow may have. */
  private Optional<String> readOne(Path file) throws IOException {
    try {
      FileTime modified = Files.getLastModifiedTime(file);
      long length = Files.size(file);
      Seen before = seen.get(file);
      if (before == null || !before.modified.equals(modified) || before.length != length) {
        before =
            new Seen(
                modified, length, new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        seen.put(file, before);
      }
      return Optional.of(before.text);
    } catch (NoSuchFileException e) {
      return Optional.empty(); // an editor that renames was at work
    }
  }

  /**
   * What people have changed since the last call: the new text of each file, null for one that is
   * gone. A file counts when it was the same at two calls, so that a half-written one waits.
   */
  Map<String, String> edited() {
    Map<String, String> now = read();
    Map<String, String> calm = new TreeMap<>(now);
    Texts.changes(last, now).keySet().forEach(file -> Texts.set(calm, file, settled.get(file)));
    Map<String, String> edited = Texts.changes(settled, calm);
    settled = calm;
    last.clear();
    last.putAll(now);
    return edited;
  }

  /**
   * Checks that a file may have this name.
   *
   * @throws FlowRefused when no process would read it, or it lies elsewhere
   */
  void requireName(String file) throws FlowRefused {
    if (!name.matcher(file).matches()) {
      throw FlowRefused.unknown(
          "a flow file of this process is called <folder>/<name>.camel.yaml, the folder one of "
              + String.join(", ", folders)
              + ", the name of small letters, digits and -");
    }
  }

  /** Writes texts, each whole or not at all, and returns what was there; null stands for none. */
  Map<String, String> write(Map<String, String> texts) {
    Map<String, String> before = new TreeMap<>();
    try {
      for (Map.Entry<String, String> each : texts.entrySet()) {
        String former = readOne(routes.resolve(each.getKey())).orElse(null);
        write(each.getKey(), each.getValue());
        before.put(each.getKey(), former);
      }
      return before;
    } catch (IOException e) {
      putBack(before, e);
      throw new UncheckedIOException(e);
    }
  }

  /** A disk that is full for the second text has only the first; so it gets the former one. */
  private void putBack(Map<String, String> before, IOException cause) {
    try {
      for (Map.Entry<String, String> each : before.entrySet()) {
        write(each.getKey(), each.getValue());
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private void write(String name, String text) throws IOException {
    if (text == null) {
      Files.deleteIfExists(routes.resolve(name));
    } else {
      replace(routes.resolve(name), text);
    }
    Texts.set(last, name, text);
    Texts.set(settled, name, text);
  }

  private static void replace(Path file, String text) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (FileChannel channel =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory = FileChannel.open(file.getParent())) {
      directory.force(true);
    }
  }
}
