package dev.drover.e2e.siege;

import java.io.IOException;

/** One way to harm a server. It is struck with again and again until the siege is over. */
public interface Attack extends AutoCloseable {
  /** What the report calls it. */
  String name();

  /**
   * Does it once more, and counts what becomes of it.
   *
   * @throws IOException when the server cut it off, which is an answer too
   */
  void strike(Outcomes outcomes) throws IOException;

  /** Lets go of what it holds. */
  @Override
  default void close() {}
}
