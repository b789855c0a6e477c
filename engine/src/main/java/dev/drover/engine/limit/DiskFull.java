package dev.drover.engine.limit;

import java.util.Locale;

/** Tells whether a failure is that of a disk without room. */
public final class DiskFull {
  private DiskFull() {}

  /**
   * Whether a write failed for want of room: the disk is full, a quota is used up, or a file has
   * reached the largest size that this process may write. Java has no exception of its own for it,
   * so the words of the system, of MongoDB and of SQLite decide.
   */
  public static boolean is(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String words = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      if (words.contains("no space left on device")
          || words.contains("quota exceeded")
          || words.contains("file too large")
          || words.contains("database or disk is full")
          || words.contains("outofdiskspace")) {
        return true;
      }
    }
    return false;
  }
}
