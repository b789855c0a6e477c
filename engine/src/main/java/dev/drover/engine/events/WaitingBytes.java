package dev.drover.engine.events;

import dev.drover.engine.limit.ByteBudget;

/**
 * What waits for the reader of one stream, taken from the process's budget. For the stream's
 * thread, but for {@link #bytes} and {@link #close}.
 */
final class WaitingBytes {
  /** Makes room in the budget. */
  @FunctionalInterface
  interface Room {
    /** Whether it is worth trying again at once to take so many bytes more. */
    boolean make(long more);
  }

  private final ByteBudget budget;

  /** Null until something had to wait. */
  private volatile ByteBudget.Part part;

  private volatile long taken;

  WaitingBytes(ByteBudget budget) {
    this.budget = budget;
  }

  /** So many bytes wait now; when they find no room, they stay unpaid until the next look. */
  void set(long pending, Room room) {
    if (part == null) {
      part = budget.part();
    }
    long more = pending - taken;
    if (more <= 0) {
      part.give(-more);
      taken = pending;
      return;
    }
    boolean fits = part.tryTake(more);
    while (!fits && room.make(more)) {
      fits = part.tryTake(more);
    }
    if (fits) {
      taken = pending;
    }
  }

  /** The bytes that are taken from the budget. */
  long bytes() {
    return taken;
  }

  /** Gives all of it back, for good. */
  void close() {
    ByteBudget.Part held = part;
    if (held != null) {
      held.close();
    }
  }
}
