package dev.drover.e2e.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;

/** Work that only one of the JVMs of a test run may do at a time, such as installing something. */
final class Alone {
  private static final Path FILE = JavaProcess.HOME.resolve("e2e/target/alone.lock");

  private Alone() {}

  /** Waits until no other JVM works alone, and works; not to be nested. */
  static synchronized <T> T run(Supplier<T> work) {
    try {
      Files.createDirectories(FILE.getParent());
      try (FileChannel channel =
              FileChannel.open(FILE, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        return lock.isValid() ? work.get() : null;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
