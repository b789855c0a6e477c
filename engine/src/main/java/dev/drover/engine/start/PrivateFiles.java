package dev.drover.engine.start;

import dev.drover.engine.disk.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A data directory that only its owner can read: directories 0700, files 0600. Java cannot set a
 * umask, so the directory itself is closed first, and what is in it afterwards; links stay as they
 * are. Does nothing where a file system has no such modes.
 */
public final class PrivateFiles {
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

  private PrivateFiles() {}

  /**
   * Makes the directory when it is absent, and closes it and everything in it.
   *
   * @throws UncheckedIOException when it cannot be made, or is another user's
   */
  public static void close(Path directory) {
    try {
      if (!Files.exists(directory)) {
        Directories.create(directory);
      }
      if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
        Files.walkFileTree(directory.toRealPath(), new Closing());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The data directory " + directory + " cannot be closed to other users", e);
    }
  }

  private static final class Closing extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      set(directory, DIRECTORY);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (attributes.isRegularFile()) {
        set(file, FILE);
      }
      return FileVisitResult.CONTINUE;
    }

    /** What is deleted meanwhile needs no mode. */
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      return gone(failure);
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException failure)
        throws IOException {
      return failure == null ? FileVisitResult.CONTINUE : gone(failure);
    }

    private static FileVisitResult gone(IOException failure) throws IOException {
      if (failure instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }

    private static void set(Path path, Set<PosixFilePermission> mode) throws IOException {
      try {
        if (!Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS).equals(mode)) {
          Files.setPosixFilePermissions(path, mode);
        }
      } catch (NoSuchFileException e) {
        // deleted meanwhile
      }
    }
  }
}
