package dev.drover.orchestrator.database;

import java.util.List;

/** A part of the mall that keeps sealed values. */
public interface SealedStore {
  /** Where they are; all of them, or a change of keys would lose those that are not named. */
  List<SealedTable> sealedTables();

  /** Called when all of them are sealed with the present key, before the former one is deleted. */
  default void sealedAnew() {}
}
