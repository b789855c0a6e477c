package dev.drover.engine.files;

import java.util.Locale;

/** What a file is to its process, which says what a damage of it means. */
public enum FileClass {
  /** Who the process is, or what its data are sealed with: never replaced, the start is refused. */
  IDENTITY,
  /** What was acknowledged: the start is refused, or a queue gives it back; never silently less. */
  TRUTH,
  /** What is fetched or made again: it is set aside, and that is said once. */
  COPY;

  /** The word for people. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
