package dev.drover.e2e.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A disk that fills for one process only: no file of it may grow beyond a size. It needs no rights
 * and no disk of its own, and every write beyond fails as on a full disk.
 */
final class FileLimit implements AutoCloseable {
  private final long pid;

  private FileLimit(long pid) {
    this.pid = pid;
  }

  /** From now on the process cannot make this file, or any larger one, grow. */
  static FileLimit at(long pid, Path file) throws IOException {
    FileLimit limit = new FileLimit(pid);
    limit.set(String.valueOf(Files.size(file)));
    return limit;
  }

  private void set(String bytes) throws IOException {
    Process prlimit =
        new ProcessBuilder("prlimit", "--pid", String.valueOf(pid), "--fsize=" + bytes + ":")
            .inheritIO()
            .start();
    try {
      if (prlimit.waitFor() != 0) {
        throw new IOException("prlimit ended with " + prlimit.exitValue());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** There is room again. */
  @Override
  public void close() throws IOException {
    set("unlimited");
  }
}
