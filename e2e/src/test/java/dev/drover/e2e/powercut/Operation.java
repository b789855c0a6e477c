package dev.drover.e2e.powercut;

/**
 * One recorded system call.
 *
 * @param begin when it began, in ns of the machine
 * @param end when it returned
 * @param handle the open file, unlike those of other processes; an opening gives it
 * @param offset where in the file
 * @param length how many bytes, or the new length of the file
 * @param path what it names; empty when it is about an open file
 * @param second the other name of a renaming or a link
 * @param data what was written
 */
record Operation(
    Kind kind,
    long begin,
    long end,
    long handle,
    long offset,
    long length,
    boolean creates,
    boolean truncates,
    String path,
    String second,
    byte[] data) {
  /** In the order of the recorder's numbers, which begin at 1. */
  enum Kind {
    OPEN,
    WRITE,
    TRUNCATE,
    EXTEND,
    SYNC,
    RENAME,
    UNLINK,
    MKDIR,
    LINK
  }
}
