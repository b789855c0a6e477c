package dev.drover.cli.run;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;

/** Remembers a process so that another command finds it, even when its number was given anew. */
public final class PidFile {
  /** The system counts start times from a boot time that it knows to a second only. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private final Path file;

  /** Uses the given file, which need not exist. */
  public PidFile(Path file) {
    this.file = file;
  }

  /** Writes the number and the start time of a process. */
  public void write(ProcessHandle process) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("pid", Long.toString(process.pid()));
    process.info().startInstant().ifPresent(t -> properties.setProperty("started", t.toString()));
    Files.createDirectories(file.getParent());
    // A full disk leaves the former one: who cannot be found is never stopped.
    Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
    try (Writer writer = Files.newBufferedWriter(fresh)) {
      properties.store(writer, null);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Returns the process when it lives and is the one that was written. */
  public Optional<ProcessHandle> process() {
    Properties properties = new Properties();
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
      long pid = Long.parseLong(properties.getProperty("pid", "").strip());
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .filter(process -> startedAsWritten(process, properties.getProperty("started")));
    } catch (IOException | IllegalArgumentException e) {
      // an unreadable file names no process; delete() repairs it
      return Optional.empty();
    }
  }

  private static boolean startedAsWritten(ProcessHandle process, String written) {
    Optional<Instant> started = process.info().startInstant();
    if (written == null || started.isEmpty()) {
      return written == null && started.isEmpty();
    }
    Duration difference = Duration.between(Instant.parse(written), started.get()).abs();
    return difference.compareTo(TOLERANCE) <= 0;
  }

  /** Returns whether there is a file whose process is gone. */
  public boolean isStale() {
    return Files.exists(file) && process().isEmpty();
  }

  /** Deletes the file. */
  public void delete() throws IOException {
    Files.deleteIfExists(file);
  }
}
