package dev.drover.engine.crypto;

import dev.drover.engine.disk.Directories;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Files that only their owner can read, whole or not there, on disk when a method returns.
 * Processes that share the directory may do the same at the same moment.
 */
final class KeyFiles {
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private final Path dir;

  /** Work on files. */
  interface Work<T> {
    T run() throws IOException;
  }

  /** Files of this directory, which is made with mode 0700 when absent. */
  KeyFiles(Path dir) {
    this.dir = dir;
  }

  /** A file of the directory. */
  Path file(String name) {
    return dir.resolve(name);
  }

  /** The files whose names begin so. */
  List<Path> startingWith(String prefix) {
    if (!Files.isDirectory(dir)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(dir)) {
      return files.filter(file -> file.getFileName().toString().startsWith(prefix)).toList();
    } catch (IOException e) {
      throw new IllegalStateException("Cannot list the keys in " + dir, e);
    }
  }

  /**
   * Reads a file.
   *
   * @param fresh what it holds when it has to be made
   * @throws IllegalStateException when other users may read it, or it cannot be read
   */
  String load(Path file, Supplier<String> fresh) {
    try {
      if (!Files.exists(file)) {
        create(file, fresh.get());
      }
      Set<PosixFilePermission> open = EnumSet.copyOf(OTHERS);
      open.retainAll(Files.getPosixFilePermissions(file));
      if (!open.isEmpty()) {
        throw new IllegalStateException(
            "Key file " + file + " is open to other users (" + open + "); run: chmod 600 " + file);
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("Cannot use key file " + file, e);
    }
  }

  /**
   * Makes a file, unless it is there. A link never replaces: of two processes one wins, and both
   * then read the winner's whole file.
   */
  void create(Path file, String content) throws IOException {
    Directories.create(dir, mode("rwx------"));
    Path temporary = null;
    try {
      temporary = write(file, content);
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException e) {
      // Another process was first; its key counts.
    } finally {
      discard(temporary);
    }
    // also of another's: what is sealed with a key must not outlive it
    Directories.sync(dir);
  }

  /**
   * Puts new content in a file's place and keeps the old one under another name. First that gets
   * its second name, then the new one takes its place: none is ever lost.
   */
  void replace(Path file, Path former, String content) throws IOException {
    Path fresh = write(file, content);
    try {
      if (!Files.exists(former)) {
        Files.createLink(former, file);
      }
      Directories.sync(dir);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      Directories.sync(dir);
    } finally {
      discard(fresh);
    }
  }

  /** Deletes files. */
  void delete(List<Path> files) throws IOException {
    for (Path file : files) {
      Files.delete(file);
    }
    Directories.sync(dir);
  }

  /**
   * One process at a time changes the keys of a name: of two that did so at once, one would lose
   * its key. Whoever dies lets go.
   *
   * @throws ProtocolException REQUEST_IN_PROGRESS when another one does
   */
  <T> T alone(Path file, Work<T> work) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            dir.resolve("." + file.getFileName() + ".lock"),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            mode("rw-------"))) {
      if (!locked(channel)) {
        throw new ProtocolException(
            ErrorCode.REQUEST_IN_PROGRESS,
            "Another process changes these keys at this moment",
            Map.of("retry_after_seconds", 1));
      }
      return work.run();
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // Somebody else in this process has it.
      return false;
    }
  }

  /** The beginning of the names of files that a kill left unfinished. */
  static String unfinished(Path file) {
    return "." + file.getFileName() + ".";
  }

  /** A whole file that only its owner can read, on disk, under a name that nobody looks for. */
  private Path write(Path file, String content) throws IOException {
    Path temporary = dir.resolve(unfinished(file) + UUID.randomUUID());
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            mode("rw-------"))) {
      ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    } catch (IOException e) {
      // a part of a key is none, and on a full disk nobody else needs the room
      Files.deleteIfExists(temporary);
      throw e;
    }
    return temporary;
  }

  private static void discard(Path temporary) throws IOException {
    if (temporary != null) {
      Files.deleteIfExists(temporary);
    }
  }

  private static FileAttribute<Set<PosixFilePermission>> mode(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }
}
