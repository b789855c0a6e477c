package dev.drover.engine.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;

/**
 * Directories whose names outlive a power cut. POSIX promises no name, new, changed or deleted,
 * before its directory is synced, however often the file itself was.
 */
public final class Directories {
  private Directories() {}

  /** Makes what is missing, as {@link Files#createDirectories} does; on disk when this returns. */
  public static void create(Path directory, FileAttribute<?>... attributes) throws IOException {
    Path absolute = directory.toAbsolutePath();
    if (Files.isDirectory(absolute)) {
      return;
    }
    Path parent = absolute.getParent();
    if (parent != null) {
      create(parent, attributes);
    }
    Files.createDirectories(absolute, attributes);
    if (parent != null) {
      sync(parent);
    }
  }

  /** The names in a directory are on disk as they are now when this returns. */
  public static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** The bytes of a file are on disk when this returns, whoever wrote them. */
  public static void syncFile(Path file) throws IOException {
    sync(file);
  }

  /** The name of a file is on disk when this returns, or that it has none any more. */
  public static void syncNameOf(Path file) throws IOException {
    sync(file.toAbsolutePath().getParent());
  }
}
