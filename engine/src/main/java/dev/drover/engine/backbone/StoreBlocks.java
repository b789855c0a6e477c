package dev.drover.engine.backbone;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Optional;

/**
 * Reads a document store that no process uses against the checksums of its blocks, a part at a
 * time. It does in memory what the next start would do to the files, and changes nothing.
 */
public final class StoreBlocks {
  /**
   * What was found.
   *
   * @param blocks how many the store will have at the next start, or had when it is cut
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

  private StoreBlocks() {}

  /** Reads the store in this file. */
  public static Found look(Path store) throws IOException {
    Path journal = JournaledPath.journal(store);
    try (Overlay file = below(store);
        Overlay entries = below(JournaledPath.sums(store));
        BlockSums sums = new BlockSums(entries);
        RedoJournal redo =
            Files.exists(journal)
                ? RedoJournal.toRead(journal)
                : RedoJournal.toRead(new Overlay(null))) {
      CheckedFile checked = new CheckedFile(file, sums);
      int unknown = 0;
      Optional<String> fault = Optional.empty();
      try {
        unknown = checked.replay(redo);
      } catch (IOException e) {
        fault = Optional.of(e.getMessage());
      }
      BitSet wrong = sums.wrong(file);
      int blocks = Math.max(BlockSums.blocks(file.size()), wrong.length());
      long first = (long) wrong.nextSetBit(0) * BlockSums.BLOCK;
      return new Found(blocks, unknown, wrong.cardinality(), first, fault);
    }
  }

  private static Overlay below(Path path) throws IOException {
    return new Overlay(Files.exists(path) ? FileChannel.open(path, StandardOpenOption.READ) : null);
  }
}
