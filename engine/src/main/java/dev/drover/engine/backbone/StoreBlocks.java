package dev.drover.engine.backbone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Optional;

/**
 * Reads a document store that no process uses, a part at a time, against the checksums of its
 * blocks. It changes nothing: what the journal will write at the next start is left out.
 */
public final class StoreBlocks {
  private static final int CHUNK = 256;

  /**
   * What was found.
   *
   * @param blocks how many the store has, or had when it is cut
   * @param unknown how many have no checksum that can be trusted
   * @param damaged how many are not as they were written, or are missing
   * @param first where the first of those begins, in bytes
   * @param journal what is wrong with the journal
   */
  public record Found(
      long blocks, long unknown, long damaged, long first, Optional<String> journal) {
    /** What is wrong, for people; empty for nothing. */
    public Optional<String> fault() {
      if (damaged > 0) {
        return Optional.of(
            "damaged: "
                + damaged
                + " of "
                + blocks
                + " blocks are not as they were written, the first at byte "
                + first);
      }
      return journal.map(what -> "not readable to its end: " + what);
    }

    /** What was looked at, for people. */
    public String words() {
      return "all "
          + blocks
          + " blocks were read"
          + (unknown > 0 ? ", " + unknown + " of them have no checksum" : "");
    }
  }

  private final FileChannel file;
  private final FileChannel sums;
  private final BitSet awaited = new BitSet();
  private long unknown;
  private long damaged;
  private long first = -1;

  private StoreBlocks(FileChannel file, FileChannel sums) {
    this.file = file;
    this.sums = sums;
  }

  /** Reads the store in this file. */
  public static Found look(Path store) throws IOException {
    Path beside = JournaledPath.sums(store);
    try (FileChannel file = FileChannel.open(store, StandardOpenOption.READ);
        FileChannel sums =
            Files.exists(beside) ? FileChannel.open(beside, StandardOpenOption.READ) : null) {
      StoreBlocks blocks = new StoreBlocks(file, sums);
      Optional<String> journal = blocks.await(JournaledPath.journal(store));
      return blocks.read(journal);
    }
  }

  /** Notes which blocks the next start writes from the journal. */
  private Optional<String> await(Path journal) throws IOException {
    if (!Files.exists(journal)) {
      return Optional.empty();
    }
    try (RedoJournal redo = RedoJournal.toRead(journal)) {
      for (JournaledFile.Change change : redo.read(BlockSums.mark(sums))) {
        int begin = (int) (change.position() / BlockSums.BLOCK);
        int end =
            change.data() == null
                ? Integer.MAX_VALUE
                : BlockSums.blocks(change.position() + change.data().length);
        awaited.set(begin, end);
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }

  private Found read(Optional<String> journal) throws IOException {
    int there = BlockSums.blocks(file.size());
    int noted = sums == null ? 0 : BlockSums.entries(sums);
    for (int block = 0; block < Math.max(there, noted); block += CHUNK) {
      ByteBuffer entries = BlockSums.entries(sums, block, CHUNK);
      byte[] bytes = BlockSums.read(file, (long) block * BlockSums.BLOCK, CHUNK * BlockSums.BLOCK);
      for (int i = 0; i < CHUNK && block + i < Math.max(there, noted); i++) {
        look(block + i, bytes, i * BlockSums.BLOCK, BlockSums.entry(entries, block + i, i));
      }
    }
    return new Found(Math.max(there, noted), unknown, damaged, first, journal);
  }

  private void look(int block, byte[] bytes, int at, Optional<Integer> sum) {
    if (sum.isEmpty()) {
      unknown++;
      return;
    }
    int length = Math.min(BlockSums.BLOCK, bytes.length - at);
    boolean same = length > 0 && BlockSums.sum(block, bytes, at, length) == sum.get();
    if (!same && !awaited.get(block)) {
      damaged++;
      first = first < 0 ? (long) block * BlockSums.BLOCK : first;
    }
  }
}
