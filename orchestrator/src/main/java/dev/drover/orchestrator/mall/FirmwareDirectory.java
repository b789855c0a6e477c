package dev.drover.orchestrator.mall;

import dev.drover.engine.disk.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where firmware is kept (document 2, step 6).
 *
 * @param path a directory that exists and can be written
 */
public record FirmwareDirectory(Path path) {
  private static final Logger LOG = LoggerFactory.getLogger(FirmwareDirectory.class);

  /**
   * Makes the directory, or another one when that is not possible.
   *
   * @param wanted the setting
   * @param otherwise taken, with a warning, when the wanted one cannot be made or written
   * @throws IllegalStateException when neither can
   */
  public static FirmwareDirectory prepare(Path wanted, Path otherwise) {
    if (make(wanted)) {
      return new FirmwareDirectory(wanted);
    }
    LOG.warn("the firmware directory {} cannot be used; {} is taken instead", wanted, otherwise);
    if (make(otherwise)) {
      return new FirmwareDirectory(otherwise);
    }
    throw new IllegalStateException("no directory for firmware can be made: " + otherwise);
  }

  private static boolean make(Path directory) {
    try {
      Directories.create(directory);
      return Files.isWritable(directory);
    } catch (IOException e) {
      return false;
    }
  }
}
