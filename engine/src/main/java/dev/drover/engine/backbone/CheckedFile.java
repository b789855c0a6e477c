package dev.drover.engine.backbone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A file and the checksums of its blocks, brought to where a journal says it was. A start does it
 * to the file, and who only looks does it to what it has in memory: both find the same.
 *
 * @param file what is changed
 * @param sums changed with it
 */
record CheckedFile(FileChannel file, BlockSums sums) {
  /**
   * Carries out what was synced.
   *
   * @return how many blocks had no checksum, and are taken as they are
   * @throws IOException when the journal is damaged before records that count
   */
  int replay(RedoJournal journal) throws IOException {
    sums.load();
    for (JournaledFile.Change change : journal.read(sums.journal())) {
      apply(change);
    }
    return sums.learnUnknown(file, 0, file.size());
  }

  /** Makes one change, and notes the checksums of what it changed. */
  void apply(JournaledFile.Change change) throws IOException {
    if (change.data() == null) {
      truncate(change.position());
      return;
    }
    long end = file.size();
    ByteBuffer data = ByteBuffer.wrap(change.data());
    while (data.hasRemaining()) {
      file.write(data, change.position() + data.position());
    }
    // What lies between the former end and this is zeros now; unless there was more once, that is
    // missing.
    sums.learnUnknown(file, Math.min(end, change.position()), change.position());
    sums.learn(file, change.position(), change.position() + change.data().length);
  }

  /**
   * A file that is shorter already was cut, or a later change makes it so: then what is missing
   * before the end that it should have is still missed.
   */
  private void truncate(long to) throws IOException {
    boolean shorter = file.size() > to;
    file.truncate(to);
    sums.forgetFrom(BlockSums.blocks(to));
    if (shorter && to % BlockSums.BLOCK != 0) {
      sums.learn(file, to - 1, to);
    }
  }
}
