package dev.drover.e2e.files;

import java.io.IOException;
import java.nio.file.Path;

/** A process that is started on damaged copies of its data directory. */
interface Trials extends AutoCloseable {
  /** Damages a file. */
  @FunctionalInterface
  interface Damaging {
    /**
     * Damages it.
     *
     * @param older the same file of an earlier day; may be absent
     * @return how, for people
     */
    String damage(Path file, Path older) throws IOException;
  }

  /**
   * How a start on a damaged file went.
   *
   * @param word as {@link Trial#outcome}
   * @param finding as {@link Trial#finding}
   */
  record Outcome(String word, String finding) {}

  /** The same with what was done to the file. */
  record Verdict(String damage, Outcome outcome) {}

  /** {@code central} or {@code orchestrator}. */
  String process();

  /** Makes the data directories that are damaged. */
  void prepare() throws IOException;

  /** A sound data directory: {@code stopped} or {@code killed}. */
  Path template(String state);

  /** Damages a file in a copy, starts the process on it, and ends it. */
  Verdict run(String state, String file, Damaging damaging) throws IOException;

  /** What the process said in the last run. */
  Path output();

  @Override
  void close();
}
