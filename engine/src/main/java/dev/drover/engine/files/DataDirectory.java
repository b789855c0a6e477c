package dev.drover.engine.files;

import dev.drover.engine.backbone.KafkaFiles;
import dev.drover.engine.backbone.StoreBlocks;
import dev.drover.engine.backbone.StoredVersion;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.disk.Directories;
import dev.drover.engine.migrate.Migrations;
import dev.drover.proto.Plain;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The data directory of a process that does not run: what is damaged in it, and what may be done.
 */
public final class DataDirectory {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss").withZone(ZoneOffset.UTC);

  /** Locked by the process that uses the directory. */
  private static final List<String> LOCKED =
      List.of("mongo/drover.mv", "mqtt/journal/serverlock.1", "kafka/log/.lock");

  /** Where in the head of SQLite {@code user_version} is. */
  private static final int SQLITE_VERSION = 60;

  private final Path directory;
  private final String process;
  private final Clock clock;

  /**
   * What was found.
   *
   * @param fault what is wrong, for people; empty when nothing is known to be
   * @param there whether the file exists
   * @param version the schema version of its data; empty when it has none or cannot be read
   * @param looked how it was looked at, for people; empty when that is no news
   */
  public record Finding(
      DataFile file,
      boolean there,
      OptionalInt version,
      Optional<String> fault,
      Optional<String> looked) {
    /** Whether a newer build has written it: then it is not damaged, and the fault says all. */
    public boolean newer() {
      return version.isPresent() && version.getAsInt() > file.version();
    }
  }

  private DataDirectory(Path directory, String process, Clock clock) {
    this.directory = directory;
    this.process = process;
    this.clock = clock;
  }

  /** The directory, when it is one of a central or of a mall. */
  public static Optional<DataDirectory> at(Path directory, Clock clock) {
    if (any(directory, "mongo", "keys/central-token.pem", "used")) {
      return Optional.of(new DataDirectory(directory, "central", clock));
    }
    if (any(directory, "mall.db", "uplink.mark", "keys/orchestrator.pem", "keys/mall-store.key")) {
      return Optional.of(new DataDirectory(directory, "orchestrator", clock));
    }
    return Optional.empty();
  }

  private static boolean any(Path directory, String... names) {
    return List.of(names).stream().anyMatch(name -> Files.exists(directory.resolve(name)));
  }

  /** {@code central} or {@code orchestrator}. */
  public String process() {
    return process;
  }

  /** Whether a process uses it now. */
  public boolean inUse() {
    return LOCKED.stream().map(directory::resolve).anyMatch(DataDirectory::locked);
  }

  private static boolean locked(Path file) {
    if (!Files.exists(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        return true;
      }
      lock.release();
      return false;
    } catch (OverlappingFileLockException e) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot look at " + file, e);
    }
  }

  /** Looks at each file of the table. */
  public List<Finding> look() {
    List<Finding> findings = new ArrayList<>();
    for (DataFile file : DataFile.ALL) {
      if (file.process().equals(process)) {
        Path path = directory.resolve(file.path());
        boolean there = Files.exists(path);
        findings.add(there ? look(file, path) : missing(file));
      }
    }
    return findings;
  }

  private static Finding missing(DataFile file) {
    Optional<String> fault = file.required() ? Optional.of("missing") : Optional.empty();
    return new Finding(file, false, OptionalInt.empty(), fault, Optional.empty());
  }

  private Finding look(DataFile file, Path path) {
    Optional<String> fault = fault(file, path);
    Optional<String> looked = Optional.empty();
    if (fault.isEmpty() && file.form() == DataFile.Form.MVSTORE) {
      // before anything else reads it: what is damaged there can be taken for anything
      StoreBlocks.Found blocks = locked(path) ? null : blocks(path);
      fault = blocks == null ? fault : blocks.fault();
      looked =
          Optional.of(blocks == null ? "its blocks are not read while it is used" : blocks.words());
    }
    OptionalInt version =
        fault.isEmpty() && file.version() > 0 ? version(file, path) : OptionalInt.empty();
    if (version.isPresent() && version.getAsInt() > file.version()) {
      fault = Optional.of(Migrations.unknown(file.path(), version.getAsInt(), file.version()));
    }
    return new Finding(file, true, version, fault, looked);
  }

  private static StoreBlocks.Found blocks(Path path) {
    try {
      return StoreBlocks.look(path);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + path, e);
    }
  }

  private static OptionalInt version(DataFile file, Path path) {
    if (file.form() == DataFile.Form.MVSTORE) {
      return StoredVersion.of(path);
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] head = in.readNBytes(SQLITE_VERSION + Integer.BYTES);
      int version =
          head.length < SQLITE_VERSION + Integer.BYTES
              ? 0
              : ByteBuffer.wrap(head).getInt(SQLITE_VERSION);
      return version == 0 ? OptionalInt.empty() : OptionalInt.of(version);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot look at " + path, e);
    }
  }

  private Optional<String> fault(DataFile file, Path path) {
    try {
      return switch (file.form()) {
        case SIGNING_KEY -> unreadable(() -> keys(path).signing(name(path)));
        case SECRET -> unreadable(() -> keys(path).secret(name(path)));
        case SQLITE -> head(path, "SQLite format 3\0");
        case MVSTORE -> head(path, "H:2,");
        case KAFKA -> new KafkaFiles(path, clock).damage().map(damaged -> "damaged: " + damaged);
        case ANY -> Optional.empty();
      };
    } catch (IOException | UncheckedIOException e) {
      return Optional.of("cannot be read: " + Plain.words(e.getMessage()));
    }
  }

  private static FileKeyProvider keys(Path file) {
    return new FileKeyProvider(file.getParent());
  }

  private static String name(Path file) {
    return file.getFileName().toString().replaceAll("\\..*", "");
  }

  private static Optional<String> unreadable(Runnable read) {
    try {
      read.run();
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of("damaged: " + Plain.words(e.getMessage()));
    }
  }

  private static Optional<String> head(Path file, String begin) throws IOException {
    if (Files.size(file) == 0) {
      return Optional.of("empty");
    }
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(begin.length()), StandardCharsets.ISO_8859_1);
      return head.equals(begin) ? Optional.empty() : Optional.of("damaged: its head is noise");
    }
  }

  /**
   * Sets a damaged copy aside; nothing is deleted.
   *
   * @return where it is now; empty when the table does not allow it
   */
  public Optional<Path> repair(Finding finding) {
    if (finding.fault().isEmpty()
        || !finding.there()
        || finding.file().fileClass() != FileClass.COPY) {
      return Optional.empty();
    }
    Path path = directory.resolve(finding.file().path());
    if (finding.file().form() == DataFile.Form.KAFKA) {
      new KafkaFiles(path, clock).mend();
      return Optional.of(path);
    }
    Path aside =
        path.resolveSibling(path.getFileName() + ".damaged-" + TIME.format(clock.instant()));
    try {
      Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
      for (String tail : List.of("-wal", "-shm")) {
        Path beside = path.resolveSibling(path.getFileName() + tail);
        if (Files.exists(beside)) {
          Files.move(beside, aside.resolveSibling(aside.getFileName() + tail));
        }
      }
      Directories.syncNameOf(path);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot move " + path, e);
    }
    return Optional.of(aside);
  }
}
