package dev.drover.orchestrator.cache;

/**
 * A whole new content that is written beside the present one. Readers see the old content until
 * {@link #commit}, the new one after it, and never a mix. Closing without a commit, or a crash,
 * discards it. For one thread at a time.
 */
public interface Replacement extends AutoCloseable {
  /** Adds an item; items are written in batches. The last one of an id counts. */
  void add(String collection, String id, String json);

  /** The root of a collection of what was added so far. */
  String root(String collection);

  /** The global root of what was added so far: to be compared before {@link #commit}. */
  String global();

  /** How many items were added to a collection. */
  long count(String collection);

  /**
   * Puts the new content in the place of the old one.
   *
   * @param cursor where the next delta goes on
   * @param serverChecksum the global root that central told for it; null when it told none
   */
  void commit(String cursor, String serverChecksum);

  /** Discards what was not committed. */
  @Override
  void close();
}
