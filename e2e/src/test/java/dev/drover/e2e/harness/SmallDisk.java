package dev.drover.e2e.harness;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A disk of its own for a mall, small enough to be filled: a tmpfs. */
public final class SmallDisk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SmallDisk.class);

  private final Path root;

  private SmallDisk(Path root) {
    this.root = root;
  }

  /** An empty disk, or nothing where this machine cannot make one; the log says why. */
  public static Optional<SmallDisk> mount(String name, int megabytes) {
    if (!Root.allowed()) {
      LOG.info("the disk is not filled: only root can mount a small one");
      return Optional.empty();
    }
    Path root = JavaProcess.HOME.resolve("e2e/target/disks").resolve(name);
    try {
      Files.createDirectories(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // One that a former run could not take away.
    Root.output(List.of("umount", "-l", root.toString()));
    String refused =
        Root.output(
            List.of("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", root + ""));
    if (!refused.isEmpty()) {
      LOG.info("the disk is not filled: mount {}", refused);
      return Optional.empty();
    }
    return Optional.of(new SmallDisk(root));
  }

  /** A directory on it. */
  public Path directory(String name) {
    return root.resolve(name);
  }

  private Path filler() {
    return root.resolve("filler");
  }

  /** Fills it to the last block. */
  public void fill() {
    try (OutputStream filler = Files.newOutputStream(filler())) {
      byte[] page = new byte[4096];
      while (root.toFile().getUsableSpace() > 0) {
        filler.write(page);
      }
    } catch (IOException e) {
      LOG.trace("full", e);
    }
  }

  /** Makes room again. */
  public void free() {
    try {
      Files.deleteIfExists(filler());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    Root.run("umount -l " + root);
  }
}
