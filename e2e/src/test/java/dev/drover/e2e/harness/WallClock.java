package dev.drover.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The wall clock of one process and its children, which the test sets: libfaketime answers instead
 * of the kernel, and leaves the monotonic clock alone. So everything in the process sees the step,
 * also what is not ours.
 */
public final class WallClock {
  private static final List<Path> PLACES =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/faketime"),
          Path.of("/usr/lib/aarch64-linux-gnu/faketime"),
          Path.of("/usr/lib64/faketime"),
          Path.of("/usr/lib/faketime"),
          Path.of("/usr/local/lib/faketime"));

  private final Path file;
  private volatile Duration offset = Duration.ZERO;

  /** A clock that is right. */
  public WallClock(String name) {
    file = JavaProcess.HOME.resolve("e2e/target/clock-" + name);
    set(Duration.ZERO);
  }

  /** Where libfaketime is; it is installed where that is possible, else the test is skipped. */
  private static Path library() {
    if (find() == null) {
      Alone.run(WallClock::install);
    }
    Path found = find();
    Assumptions.assumeTrue(
        found != null, "no libfaketime, and it cannot be installed: apt-get install libfaketime");
    return found;
  }

  private static Path find() {
    return PLACES.stream()
        .map(place -> place.resolve("libfaketimeMT.so.1"))
        .filter(Files::exists)
        .findFirst()
        .orElse(null);
  }

  private static boolean install() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return false;
    }
    return Stream.of(List.of("apt-get", "update", "-q"), install("libfaketime"))
            .map(WallClock::run)
            .toList()
            .get(1)
        == 0;
  }

  private static List<String> install(String name) {
    return List.of("apt-get", "install", "-y", "-q", "--no-install-recommends", name);
  }

  private static int run(List<String> command) {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }

  /** The environment of a process that has this clock. */
  public Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD",
        library().toString(),
        "FAKETIME_TIMESTAMP_FILE",
        file.toString(),
        "FAKETIME_CACHE_DURATION",
        "1",
        "FAKETIME_DONT_FAKE_MONOTONIC",
        "1");
  }

  /** Sets it: so far ahead of the right time, or behind; the process sees it within a second. */
  public void set(Duration ahead) {
    try {
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      long seconds = ahead.toSeconds();
      Files.writeString(fresh, (seconds < 0 ? "" : "+") + seconds + "\n");
      Files.move(
          fresh,
          file,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING,
          java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      offset = ahead;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How far it is ahead. */
  public Duration offset() {
    return offset;
  }
}
