package dev.drover.e2e.powercut;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** A store of ours, as we configure it. */
interface Store {
  /** Hears of each number when the store has answered for it. */
  @FunctionalInterface
  interface Acknowledged {
    void number(String number);
  }

  /** Writes into a new directory with several writers at once. */
  void write(Path directory, Acknowledged acknowledged, int numbers) throws Exception;

  /**
   * Opens what a power cut left, and writes to it as well.
   *
   * @param acknowledged what should be there, for a store that brings it by and by
   * @return the numbers that are there; each writer's own in the order in which the store has them
   */
  List<String> read(Path directory, Set<String> acknowledged) throws Exception;

  /** Whether the numbers of one writer must be in their order. */
  default boolean ordered() {
    return true;
  }
}
