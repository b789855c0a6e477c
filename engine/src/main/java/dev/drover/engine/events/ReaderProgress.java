package dev.drover.engine.events;

/** Whether a reader takes what is written for it. For one thread. */
final class ReaderProgress {
  private final long patienceNanos;
  private long written;
  private long most;
  private long since;
  private boolean waiting;

  /** One whose reader may take nothing for so long. */
  ReaderProgress(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  /** So many bytes more were written. */
  void wrote(int bytes) {
    written += bytes;
  }

  /**
   * Takes a look.
   *
   * @param pending the bytes that the socket has not taken
   * @param now in nanoseconds of a clock that never goes back
   * @return whether the reader took none of them for longer than it may
   */
  boolean stalled(long pending, long now) {
    long taken = written - pending;
    if (pending == 0 || taken > most || !waiting) {
      most = taken;
      since = now;
      waiting = pending > 0;
      return false;
    }
    return now - since > patienceNanos;
  }
}
