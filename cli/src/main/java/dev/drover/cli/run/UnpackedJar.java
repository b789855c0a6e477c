package dev.drover.cli.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The unpacked form of a runnable jar. Classes out of nested jars and without a class archive cost
 * most of a start; unpacked once, with an archive that the first run writes when it ends, a start
 * takes about a third of the processor time. The jar alone works as well, only slower.
 *
 * @param jar what to run
 * @param archive the JVM's archive of loaded classes
 */
public record UnpackedJar(Path jar, Path archive) {
  private static final String STAMP = "unpacked-from";

  /** Unpacks a runnable jar beside itself unless that was done; falls back to the jar itself. */
  public static UnpackedJar of(String java, Path jar) throws IOException, InterruptedException {
    Path directory = jar.resolveSibling("unpacked");
    Path stamp = directory.resolve(STAMP);
    String identity = identity(jar);
    if (!Files.exists(stamp) || !Files.readString(stamp).equals(identity)) {
      Process process =
          new ProcessBuilder(
                  java,
                  "-Djarmode=tools",
                  "-jar",
                  jar.toString(),
                  "extract",
                  "--force",
                  "--destination",
                  directory.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor() != 0) {
        return new UnpackedJar(jar, directory.resolve("none"));
      }
      Files.deleteIfExists(directory.resolve("classes.jsa"));
      // central's Kafka child keeps its own beside it
      Files.deleteIfExists(directory.resolve("kafka.jsa"));
      Files.writeString(stamp, identity);
    }
    return new UnpackedJar(directory.resolve(jar.getFileName()), directory.resolve("classes.jsa"));
  }

  /** Where the archive of a jar is, or will be. */
  static Path archiveOf(Path jar) {
    return jar.resolveSibling("unpacked").resolve("classes.jsa");
  }

  /** Size and time of the last change: reproducible builds give every jar the same mtime. */
  private static String identity(Path jar) throws IOException {
    Object changed =
        jar.getFileSystem().supportedFileAttributeViews().contains("unix")
            ? Files.getAttribute(jar, "unix:ctime")
            : Files.getLastModifiedTime(jar);
    return Files.size(jar) + " " + changed;
  }

  /**
   * What a JVM needs to run it.
   *
   * @param mayArchive whether this run may write the archive; one process at a time
   */
  public List<String> arguments(boolean mayArchive) {
    List<String> arguments = new ArrayList<>();
    if (Files.exists(archive)) {
      arguments.add("-XX:SharedArchiveFile=" + archive);
    } else if (mayArchive && Files.isDirectory(archive.getParent())) {
      arguments.add("-XX:ArchiveClassesAtExit=" + archive);
    }
    // The archive's own warnings, e.g. after a JDK update, would only puzzle.
    arguments.add("-Xlog:disable");
    arguments.add("-Xlog:all=error:stderr");
    arguments.add("-jar");
    arguments.add(jar.toString());
    return arguments;
  }
}
