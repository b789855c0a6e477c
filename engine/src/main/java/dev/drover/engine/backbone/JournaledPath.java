package dev.drover.engine.backbone;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/** Tells MVStore to keep a file with a journal beside it: {@code <file>.journal}. */
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
    FileChannel file = getBase().open(mode);
    try {
      return new JournaledFile(file, new RedoJournal(Path.of(getBase() + ".journal")));
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }
}
