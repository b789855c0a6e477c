package dev.drover.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the repository is. */
final class Home {

  private Home() {}

  /**
   * Returns the repository's directory: the system property drover.home, else DROVER_HOME, else the
   * nearest directory above the current one that has routes/ and pom.xml, else the current one.
   */
  static Path directory() {
    String given = System.getProperty("drover.home", System.getenv("DROVER_HOME"));
    if (given != null && !given.isBlank()) {
      return Path.of(given).toAbsolutePath().normalize();
    }
    Path current = Path.of("").toAbsolutePath();
    for (Path path = current; path != null; path = path.getParent()) {
      if (Files.isDirectory(path.resolve("routes")) && Files.exists(path.resolve("pom.xml"))) {
        return path;
      }
    }
    return current;
  }
}
