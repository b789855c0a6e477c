package dev.drover.central;

import dev.drover.engine.disk.Directories;
import dev.drover.engine.start.KeptKeys;
import dev.drover.engine.start.StartRefused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What central looks at before it starts: it is never as new beside data that say otherwise. A
 * central that has worked once leaves the file {@code used} in its data directory.
 */
final class DataCheck {
  private final Path store;
  private final Path mark;
  private boolean embedded;

  DataCheck(Path data) {
    this.store = data.resolve("mongo/drover.mv");
    this.mark = data.resolve("used");
  }

  /**
   * Looks at keys and store.
   *
   * @param ownStore whether the document store is in this data directory
   * @throws StartRefused with the file, what is wrong with it, and what to do
   */
  void run(boolean ownStore, KeptKeys keys) {
    embedded = ownStore;
    boolean used = Files.exists(mark);
    boolean there = size() > 0;
    String beside = used || there && ownStore ? "central's data" : null;
    keys.check(List.of("central-token", "central-logs"), List.of("central-answers"), beside);
    if (ownStore && used && !there) {
      throw new StartRefused(
          StartRefused.FAILED,
          store
              + (Files.exists(store) ? " is empty" : " is missing")
              + ", but this central has had data: put it back from a backup of the whole data"
              + " directory; to begin as new, move the whole data directory away");
    }
  }

  /** Central works: from now on its store must be there. */
  void used() {
    try {
      if (embedded && !Files.exists(mark)) {
        Files.createFile(mark);
        Directories.syncNameOf(mark);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + mark, e);
    }
  }

  private long size() {
    try {
      return Files.exists(store) ? Files.size(store) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
