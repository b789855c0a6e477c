package dev.drover.orchestrator.cache;

import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.disk.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the cache lies: its database, the mark beside it, and the database that was set aside last.
 * Whoever opens, renews, marks or closes it has the writers' lock.
 */
final class CacheHome implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CacheHome.class);

  private final Path path;
  private final String entityId;
  private final Sealer sealer;
  private volatile CacheFile file;
  private CacheMark mark;
  private Object fileKey;

  CacheHome(Path path, String entityId, Sealer sealer) {
    this.path = path;
    this.entityId = entityId;
    this.sealer = sealer;
  }

  /** Opens or makes the files. */
  void open() {
    mark = new CacheMark(beside(".mark"), entityId, sealer);
    file = new CacheFile(path, entityId, sealer);
    fileKey = keyOf(path);
  }

  /** The database that is open. */
  CacheFile file() {
    return file;
  }

  Path path() {
    return path;
  }

  boolean exists() {
    return Files.exists(path);
  }

  /** Whether the open file is no longer the one at its path: deleted, or another was put there. */
  boolean isGone() {
    return !Objects.equals(fileKey, keyOf(path)) || !Files.exists(beside("-wal"));
  }

  /** The number of the last transaction; empty when it cannot be trusted. */
  OptionalLong marked() {
    return mark.read();
  }

  /** Notes the number of the last transaction. */
  void mark(long revision) {
    try {
      mark.write(revision);
    } catch (IOException e) {
      // A mark that is behind hides a loss at worst; the transaction itself is on disk.
      LOG.warn("Cannot write the cache's mark: {}", e.toString());
    }
  }

  /** Opens an empty file in the place of one that cannot be used; that one is kept, for people. */
  void renew() {
    close();
    try {
      if (Files.exists(path)) {
        Files.move(path, beside(".damaged"), StandardCopyOption.REPLACE_EXISTING);
      }
      for (String part : List.of("-wal", "-shm", "-journal", ".mark")) {
        Files.deleteIfExists(beside(part));
      }
      Directories.syncNameOf(path);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot set aside " + path, e);
    }
    open();
  }

  /** Deletes what was set aside. */
  void forgetSetAside() {
    try {
      if (Files.deleteIfExists(beside(".damaged"))) {
        Directories.syncNameOf(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path beside(String suffix) {
    return path.resolveSibling(path.getFileName() + suffix);
  }

  private static Object keyOf(Path path) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return "none"; // equal to no file's key
    }
  }

  @Override
  public void close() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IllegalStateException e) {
      LOG.debug("A damaged file does not close well", e);
    }
    if (mark != null) {
      mark.close();
    }
  }
}
