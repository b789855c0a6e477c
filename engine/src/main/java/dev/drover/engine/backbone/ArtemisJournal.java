package dev.drover.engine.backbone;

import dev.drover.engine.disk.Directories;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;
import org.apache.activemq.artemis.core.journal.impl.JournalFile;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal of the MQTT broker, looked at after a start that failed.
 *
 * <p>Its records have no checksum. Of one that was written while the power was cut, beginning and
 * end may be there and what is between them not, and with such a record the broker does not start.
 * It was not synced, so nobody was told that it is stored, and it is removed. One with much behind
 * it was synced, and was damaged later: that is for people to decide.
 */
final class ArtemisJournal {
  private static final Logger LOG = LoggerFactory.getLogger(ArtemisJournal.class);

  /** Held by a broker that runs. */
  private static final String LOCK = "serverlock.1";

  /**
   * One byte of state and two that nobody uses, then the id by which a cluster knows the broker.
   */
  private static final String NAME = "server.lock";

  private static final String REMEDY =
      "move the directory of the broker away: a mall fills the queue from mall.db, retained"
          + " messages are lost";

  private static final int STATE = 3;
  private static final int ID = 16;

  private final File directory;
  private final SequentialFileFactory files;
  private final JournalImpl journal;

  private ArtemisJournal(
      File directory, int fileSize, Configuration settings, String prefix, String extension) {
    this.directory = directory;
    this.files = new NIOSequentialFileFactory(directory, 1);
    this.files.setDatasync(settings.isJournalDatasync());
    this.journal =
        new JournalImpl(
            fileSize,
            settings.getJournalMinFiles(),
            settings.getJournalPoolFiles(),
            0,
            0,
            files,
            prefix,
            extension,
            1);
  }

  /**
   * Removes the torn records of a broker that does not run.
   *
   * @return whether there were any, so that another start may help
   * @throws IllegalStateException when a record is damaged that was stored
   */
  static boolean mend(Configuration settings) {
    Path lock = settings.getJournalLocation().toPath().resolve(LOCK);
    if (!Files.exists(lock)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      return held != null && all(settings);
    } catch (OverlappingFileLockException e) {
      // a broker of this process runs there
      return false;
    } catch (IOException e) {
      throw new IllegalStateException("its journal cannot be read: " + e.getMessage(), e);
    }
  }

  private static boolean all(Configuration settings) throws IOException {
    boolean messages =
        new ArtemisJournal(
                settings.getJournalLocation(),
                settings.getJournalFileSize(),
                settings,
                "activemq-data",
                "amq")
            .mend();
    // as large as the broker makes them
    boolean bindings =
        new ArtemisJournal(
                settings.getBindingsLocation(), 1 << 20, settings, "activemq-bindings", "bindings")
            .mend();
    return named(settings) || messages || bindings;
  }

  /** A part of an id is what Artemis cannot start with; without one it makes another. */
  private static boolean named(Configuration settings) throws IOException {
    Path name = settings.getJournalLocation().toPath().resolve(NAME);
    if (!Files.exists(name) || Files.size(name) <= STATE || Files.size(name) >= STATE + ID) {
      return false;
    }
    LOG.warn("{} is damaged and is made anew", name);
    Files.write(name, new byte[0]);
    Directories.syncNameOf(name);
    return true;
  }

  private boolean mend() {
    if (!directory.isDirectory()) {
      return false;
    }
    try {
      TornRecords torn = new TornRecords();
      for (JournalFile file : journal.orderFiles()) {
        torn.in(file.getFile().getFileName());
        JournalImpl.readJournalFile(files, file, torn);
      }
      Optional<String> stored = torn.stored();
      if (stored.isPresent()) {
        throw new IllegalStateException(
            stored.get() + " is damaged, and others were stored after it; " + REMEDY);
      }
      torn.ids().forEach((id, where) -> LOG.warn("{} was torn by a power cut: removed", where));
      remove(List.copyOf(torn.ids().keySet()));
      return !torn.ids().isEmpty();
    } catch (IllegalStateException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(
          directory + " cannot be read (" + e.getMessage() + "); if it is damaged, " + REMEDY, e);
    }
  }

  private void remove(List<Long> ids) throws Exception {
    if (ids.isEmpty()) {
      return;
    }
    journal.start();
    try {
      journal.load(new ArrayList<>(), new ArrayList<>(), (transaction, kept, deleted) -> {});
      for (long id : ids) {
        // with what refers to it; one of an unfinished transaction is gone already
        journal.tryAppendDeleteRecord(id, (record, found) -> {}, true);
      }
    } finally {
      journal.stop();
    }
  }
}
