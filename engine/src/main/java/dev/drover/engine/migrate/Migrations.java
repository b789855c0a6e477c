package dev.drover.engine.migrate;

import dev.drover.engine.start.StartRefused;
import java.util.List;

/**
 * All forms that the data of a store have had: the first step makes version 1 of an empty store, or
 * of one that a build without versions has written (0), each further step the next version. A step
 * that was released is never changed.
 *
 * @param <S> the store
 */
public final class Migrations<S> {
  private final List<Migration<S>> steps;

  /** These steps, oldest first. */
  public Migrations(List<Migration<S>> steps) {
    this.steps = List.copyOf(steps);
  }

  /** The version that this build reads and writes. */
  public int latest() {
    return steps.size();
  }

  /** The step that makes the version after this one. */
  public Migration<S> after(int version) {
    return steps.get(version);
  }

  /**
   * Refuses a store of a version that this build does not know, as of a newer build: it would
   * destroy what it does not know.
   *
   * @param store its name for people, a file or a database
   * @param found the version that it has
   * @throws StartRefused with both versions and what to do
   */
  public void refuseUnknown(String store, int found) {
    if (found < 0 || found > latest()) {
      throw new StartRefused(StartRefused.FAILED, unknown(store, found, latest()));
    }
  }

  /** What people are told about a store of a version that this build does not know. */
  public static String unknown(String store, int found, int latest) {
    return store
        + " has schema version "
        + found
        + ", and this build knows "
        + latest
        + " at most: start the build that wrote it, or a newer one; or put back a backup from before"
        + " the update";
  }
}
