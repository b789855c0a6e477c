package dev.drover.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * The wall clock of one process and its children, which the test sets, while the monotonic clock
 * goes on. A small library of the tests answers instead of the C library's functions, so everything
 * in the process sees the step at once, also what is not ours. It is compiled where a C compiler
 * is; without one the test is skipped.
 */
public final class WallClock {
  private static final Path SOURCE = JavaProcess.HOME.resolve("e2e/src/test/native/wallclock.c");
  private static final Path LIBRARY = JavaProcess.HOME.resolve("e2e/target/wallclock.so");

  private final Path file;
  private Duration ahead = Duration.ZERO;

  /** A clock that is right. */
  public WallClock(String name) {
    file = JavaProcess.HOME.resolve("e2e/target/wallclock-" + name);
    set(Duration.ZERO);
  }

  private static boolean compile() {
    List<String> command =
        List.of(
            "cc", "-O2", "-shared", "-fPIC", "-o", LIBRARY.toString(), SOURCE.toString(), "-ldl");
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The environment of a process that has this clock. */
  public Map<String, String> environment() {
    boolean linux = System.getProperty("os.name").equals("Linux");
    Assumptions.assumeTrue(
        linux && Alone.run(WallClock::compile), "needs Linux and a C compiler named cc");
    return Map.of("LD_PRELOAD", LIBRARY.toString(), "WALLCLOCK", file.toString());
  }

  /** Sets it: so far ahead of the right time, or behind. */
  public void set(Duration distance) {
    try {
      Files.createDirectories(file.getParent());
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        channel.write(seconds.putLong(0, distance.toSeconds()), 0);
      }
      ahead = distance;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How far it is ahead. */
  public Duration ahead() {
    return ahead;
  }
}
