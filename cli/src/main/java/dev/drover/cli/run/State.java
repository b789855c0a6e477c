package dev.drover.cli.run;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The directory with the data, logs and pid files of the processes.
 *
 * @param directory by default .drover in the repository
 */
public record State(Path directory) {

  /** Returns the data directory of a process. */
  public Path data(String name) {
    return directory.resolve(name);
  }

  /** Returns the log of a process, one JSON object per line. */
  public Path log(String name) {
    return data(name).resolve("logs").resolve(name + ".json");
  }

  /** Returns what a process wrote to its standard output and error. */
  public Path console(String name) {
    return data(name).resolve("logs").resolve("console.log");
  }

  /** Returns the pid file of a process. */
  public Path pidFile(String name) {
    return directory.resolve("run").resolve(name + ".pid");
  }

  /** Returns the file that says that the demo mall was imported. */
  public Path demoMark() {
    return data("central").resolve("demo-imported");
  }

  /** Deletes the data of all processes. */
  public void clear() throws IOException {
    for (String name : Services.NAMES) {
      delete(data(name));
    }
  }

  private static void delete(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
