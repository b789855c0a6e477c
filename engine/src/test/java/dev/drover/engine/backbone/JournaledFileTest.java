package dev.drover.engine.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.h2.store.fs.FileBase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a power cut, a kill or a full disk leaves of a file, its journal and its checksums. */
class JournaledFileTest {
  private static final int BLOCK = BlockSums.BLOCK;

  @TempDir Path dir;

  private Path file;
  private Path sums;
  private Path journal;

  @BeforeEach
  void names() {
    file = dir.resolve("store");
    sums = JournaledPath.sums(file);
    journal = JournaledPath.journal(file);
  }

  private FileChannel channel() throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private JournaledFile over(FileChannel channel) throws IOException {
    return new JournaledFile(channel, new RedoJournal(journal), new BlockSums(sums));
  }

  private JournaledFile open() throws IOException {
    JournaledFile opened = over(channel());
    try {
      lock(opened);
      return opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  private static void lock(JournaledFile opened) throws IOException {
    assertThat(opened.tryLock(0, Long.MAX_VALUE, false).isValid()).isTrue();
  }

  private static void write(JournaledFile to, int block, int value) {
    byte[] bytes = new byte[BLOCK];
    Arrays.fill(bytes, (byte) value);
    to.write(ByteBuffer.wrap(bytes), (long) block * BLOCK);
  }

  private static int read(JournaledFile from, int block) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(BLOCK);
    from.read(bytes, (long) block * BLOCK);
    return bytes.get(BLOCK - 1);
  }

  /** A file of ten blocks that was closed in order. */
  private void stopped() throws IOException {
    try (JournaledFile one = open()) {
      for (int block = 0; block < 10; block++) {
        write(one, block, 1);
      }
    }
  }

  @Test
  void ofABlockAndItsChecksumEitherMayBeMissingAfterAPowerCut() throws IOException {
    stopped();
    byte[] fileBefore = Files.readAllBytes(file);
    byte[] sumsBefore = Files.readAllBytes(sums);
    byte[] journalBefore = Files.readAllBytes(journal);
    byte[] fileAfter;
    byte[] sumsAfter;
    byte[] journalAfter;
    try (JournaledFile one = open()) {
      byte[] opened = Files.readAllBytes(sums);
      assertThat(opened).isNotEqualTo(sumsBefore);
      sumsBefore = opened;
      write(one, 3, 2);
      write(one, 12, 2);
      one.truncate(11L * BLOCK);
      one.force(true);
      fileAfter = Files.readAllBytes(file);
      sumsAfter = Files.readAllBytes(sums);
      journalAfter = Files.readAllBytes(journal);
    }
    assertThat(journalAfter).isNotEqualTo(journalBefore);
    for (byte[] blocks : new byte[][] {fileBefore, fileAfter}) {
      for (byte[] checks : new byte[][] {sumsBefore, sumsAfter}) {
        Files.write(file, blocks);
        Files.write(sums, checks);
        Files.write(journal, journalAfter);
        try (JournaledFile one = open()) {
          assertThat(read(one, 3)).isEqualTo(2);
          assertThat(read(one, 9)).isEqualTo(1);
          assertThat(one.size()).isEqualTo(11L * BLOCK);
        }
      }
    }
  }

  @Test
  void aFileOfAVersionWithoutChecksumsIsTakenAsItIs() throws IOException {
    stopped();
    Files.delete(sums);
    try (JournaledFile one = open()) {
      assertThat(read(one, 9)).isEqualTo(1);
    }
    flip(9 * BLOCK);
    assertThatThrownBy(this::open).hasMessageContaining("at byte " + 9 * BLOCK);
  }

  private void flip(int at) throws IOException {
    Files.write(file, flipped(Files.readAllBytes(file), at));
  }

  private static byte[] flipped(byte[] bytes, int at) {
    byte[] other = bytes.clone();
    other[at] ^= 1;
    return other;
  }

  /** Without the second the file would go back to the first, and nobody would hear of it. */
  @Test
  void aDamagedRecordBeforeWholeOnesThatThePowerCutLeftToTheJournalRefusesTheFile()
      throws IOException {
    stopped();
    byte[] before = Files.readAllBytes(file);
    byte[] opened;
    byte[] needed;
    try (JournaledFile one = open()) {
      opened = Files.readAllBytes(sums);
      for (int value = 2; value < 5; value++) {
        write(one, 3, value);
        one.force(true);
      }
      needed = Files.readAllBytes(journal);
    }
    // number, length and checksum; place, length and bytes of one change
    int record = 20 + 12 + BLOCK;
    Files.write(file, before);
    Files.write(sums, opened);
    for (int at : new int[] {record + 3, record + 9, record + 500}) {
      Files.write(journal, flipped(needed, at));
      assertThatThrownBy(this::open).hasMessageContaining("damaged at byte " + record);
    }
    // the last one may be torn, nobody was told that it is there
    Files.write(journal, flipped(needed, 2 * record + 500));
    try (JournaledFile one = open()) {
      assertThat(read(one, 3)).isEqualTo(3);
    }
  }

  @Test
  void f10AFileThatEndsTooEarlyIsDamagedThoughAllThatIsThereIsSound() throws IOException {
    stopped();
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 4 * BLOCK));
    assertThatThrownBy(this::open).hasMessageContaining("at byte " + 4 * BLOCK);
  }

  @Test
  void f10WhatIsMissingBeforeAWriteOfTheJournalIsNotTakenForZeros() throws IOException {
    stopped();
    byte[] needed;
    byte[] checks;
    try (JournaledFile one = open()) {
      write(one, 9, 2);
      one.force(true);
      needed = Files.readAllBytes(journal);
      checks = Files.readAllBytes(sums);
    }
    Files.write(journal, needed);
    Files.write(sums, checks);
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 4 * BLOCK));
    assertThatThrownBy(this::open).hasMessageContaining("at byte " + 4 * BLOCK);
  }

  /** The checksums of what was missing were forgotten, and zeros or an end were taken for it. */
  @Test
  void f10WhatIsMissingBeforeATruncationOfTheJournalIsMissed() throws IOException {
    stopped();
    byte[] needed;
    byte[] checks;
    try (JournaledFile one = open()) {
      one.truncate(9L * BLOCK);
      one.force(true);
      write(one, 12, 2);
      one.force(true);
      needed = Files.readAllBytes(journal);
      checks = Files.readAllBytes(sums);
    }
    byte[] sound = Files.readAllBytes(file);
    for (int length : new int[] {4 * BLOCK, 4 * BLOCK - 100, 9 * BLOCK - 1}) {
      Files.write(journal, needed);
      Files.write(sums, checks);
      Files.write(file, Arrays.copyOf(sound, length));
      int first = length / BLOCK * BLOCK;
      assertThat(StoreBlocks.look(file).first()).isEqualTo(first);
      assertThatThrownBy(this::open).hasMessageContaining("at byte " + first);
    }
    Files.write(journal, needed);
    Files.write(sums, checks);
    Files.write(file, Arrays.copyOf(sound, 9 * BLOCK));
    assertThat(StoreBlocks.look(file).fault()).isEmpty();
    try (JournaledFile one = open()) {
      assertThat(read(one, 8)).isEqualTo(1);
      assertThat(read(one, 12)).isEqualTo(2);
    }
  }

  @Test
  void whoDoesNotGetTheLockLeavesTheJournalOfAnother() throws IOException {
    stopped();
    try (JournaledFile one = open()) {
      write(one, 3, 2);
      one.force(true);
      byte[] needed = Files.readAllBytes(journal);
      byte[] checks = Files.readAllBytes(sums);
      over(channel()).close();
      assertThat(Files.readAllBytes(journal)).isEqualTo(needed);
      assertThat(Files.readAllBytes(sums)).isEqualTo(checks);
    }
  }

  @Test
  void f1ADiskThatIsFullWhileTheJournalIsCarriedOutLeavesTheJournal() throws IOException {
    stopped();
    byte[] before = Files.readAllBytes(file);
    byte[] needed;
    byte[] checks;
    try (JournaledFile one = open()) {
      checks = Files.readAllBytes(sums);
      write(one, 3, 2);
      write(one, 12, 2);
      one.force(true);
      needed = Files.readAllBytes(journal);
    }
    Files.write(file, before);
    Files.write(journal, needed);
    Files.write(sums, checks);
    JournaledFile full = over(new Full(channel(), 12L * BLOCK));
    assertThatThrownBy(() -> lock(full)).hasMessageContaining("No space");
    full.close();
    try (JournaledFile one = open()) {
      assertThat(read(one, 3)).isEqualTo(2);
      assertThat(read(one, 12)).isEqualTo(2);
    }
  }

  @Test
  void f1ABlockThatIsHalfWrittenOnAFullDiskIsNoDamage() throws IOException {
    stopped();
    JournaledFile full = over(new Full(channel(), 3L * BLOCK + 100));
    lock(full);
    write(full, 3, 2);
    assertThatThrownBy(() -> full.force(true)).hasMessageContaining("No space");
    assertThatThrownBy(() -> read(full, 3))
        .isNotInstanceOf(DamagedBlockException.class)
        .hasRootCauseMessage("No space left on device");
    full.close();
    try (JournaledFile one = open()) {
      assertThat(read(one, 3)).isEqualTo(2);
    }
  }

  /** Takes nothing behind a place. */
  private static final class Full extends FileBase {
    private final FileChannel file;
    private final long end;

    private Full(FileChannel file, long end) {
      this.file = file;
      this.end = end;
    }

    @Override
    public int write(ByteBuffer from, long to) throws IOException {
      if (to >= end) {
        throw new IOException("No space left on device");
      }
      int length = (int) Math.min(from.remaining(), end - to);
      int written = file.write(from.slice(from.position(), length), to);
      from.position(from.position() + written);
      return written;
    }

    @Override
    public int read(ByteBuffer into, long from) throws IOException {
      return file.read(into, from);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public FileChannel truncate(long to) throws IOException {
      file.truncate(to);
      return this;
    }

    @Override
    public void force(boolean all) throws IOException {
      file.force(all);
    }

    @Override
    public FileLock tryLock(long from, long length, boolean shared) throws IOException {
      return file.tryLock(from, length, shared);
    }

    @Override
    public long position() throws IOException {
      return file.position();
    }

    @Override
    public FileChannel position(long to) throws IOException {
      file.position(to);
      return this;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      return file.read(into);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      return file.write(from);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }
  }
}
