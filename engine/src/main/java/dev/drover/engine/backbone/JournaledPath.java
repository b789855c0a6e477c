package dev.drover.engine.backbone;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/** Tells MVStore to keep a file with a journal and checksums beside it. */
public final class JournaledPath extends FilePathWrapper {
  private static final String SCHEME = "journaled";

  /** For H2, which makes its paths by reflection. */
  public JournaledPath() {}

  /** The name by which MVStore opens a file so. */
  static String of(Path file) {
    FilePath.register(new JournaledPath());
    return SCHEME + ":" + file;
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    Path path = Path.of(getBase().toString());
    FileChannel file = getBase().open(mode);
    RedoJournal journal = null;
    try {
      journal = new RedoJournal(journal(path));
      return new JournaledFile(file, journal, new BlockSums(sums(path)));
    } catch (IOException e) {
      if (journal != null) {
        journal.close();
      }
      file.close();
      throw e;
    }
  }

  /** Where what was synced last is kept. */
  static Path journal(Path file) {
    return file.resolveSibling(file.getFileName() + ".journal");
  }

  /** Where the checksums of its blocks are kept. */
  static Path sums(Path file) {
    return file.resolveSibling(file.getFileName() + ".sums");
  }
}
