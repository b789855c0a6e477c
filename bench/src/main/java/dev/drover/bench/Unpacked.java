package dev.drover.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program as {@code ./drover up} starts it: unpacked, with an archive of its classes that its
 * first run writes when it ends.
 */
final class Unpacked {
  private static final String JAVA = System.getProperty("java.home") + "/bin/java";

  private Unpacked() {}

  /** Where a program lies; without it the next run is a first one. */
  static Path directory(String name) {
    return Path.of("bench/target/unpacked-" + name).toAbsolutePath();
  }

  /** The arguments of cli's UnpackedJar, in a directory of the benchmarks. */
  static List<String> arguments(String name) throws IOException, InterruptedException {
    Path directory = directory(name);
    Path jar = directory.resolve("drover-" + name + ".jar");
    Path archive = directory.resolve("classes.jsa");
    if (!Files.exists(archive)) {
      List<String> extract =
          List.of(JAVA, "-Djarmode=tools", "-jar", name + "/target/drover-" + name + ".jar");
      List<String> command = new ArrayList<>(extract);
      command.addAll(List.of("extract", "--force", "--destination", directory.toString()));
      new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }
    String archiving = Files.exists(archive) ? "SharedArchiveFile=" : "ArchiveClassesAtExit=";
    return List.of(
        "-XX:" + archiving + archive,
        "-Xlog:disable",
        "-Xlog:all=error:stderr",
        "-jar",
        jar.toString());
  }
}
