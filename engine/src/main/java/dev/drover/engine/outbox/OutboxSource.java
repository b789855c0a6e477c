package dev.drover.engine.outbox;

import java.util.List;
import java.util.Map;

/**
 * Where an {@code outbox:} endpoint finds what was written together with a change and must still be
 * told to others: the database is the queue, the endpoint its reader.
 */
public interface OutboxSource {
  /**
   * One thing to tell.
   *
   * @param id names the entry for {@link #done}
   * @param headers headers of the message that carries it
   * @param body the message's body
   */
  record Entry(String id, Map<String, Object> headers, Object body) {}

  /**
   * Takes up to {@code max} entries for a while. An entry that is not {@link #done} comes again, so
   * its receiver must recognise a repetition.
   */
  List<Entry> claim(int max);

  /** Forgets entries whose exchange ended well. */
  void done(List<Entry> entries);

  /**
   * Whether an entry may be forgotten only when some durable store has marked what was done with
   * it. Not so for what is only told to people, or comes again by itself.
   */
  default boolean durable() {
    return true;
  }

  /** Hands over what to run when a new entry was written in this process. */
  default void onReady(Runnable wake) {}
}
